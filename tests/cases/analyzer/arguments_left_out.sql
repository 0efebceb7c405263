-- Defaults of arguments: what a call leaves out is evaluated by the caller.

--@stmt left out
SELECT public.with_default('a');

--@stmt given
SELECT public.with_default('a', 'b');

--@stmt named given
SELECT public.with_default(b => 'b', a => 'a');

--@stmt named left out
SELECT public.with_default(a => 'a');

--@stmt both left out
SELECT public.with_two();

--@stmt second left out
SELECT public.with_two('a');

--@stmt first by name
SELECT public.with_two(a => 'a');

--@stmt first left out
SELECT public.first_rated();

--@stmt first left out by name
SELECT public.first_rated(b => 'b');

--@stmt first given
SELECT public.first_rated('a');

--@stmt of a domain
SELECT public.default_code('a');

--@stmt set
SELECT * FROM public.default_rows();

--@stmt set given
SELECT * FROM public.default_rows('a');

--@stmt variadic
SELECT public.default_variadic();

--@stmt variadic given
SELECT public.default_variadic('a', 'b');

--@stmt procedure
CALL public.default_procedure('a');

--@stmt procedure given
CALL public.default_procedure('a', 'b');

--@stmt inside of a function
SELECT public.calls_default();

--@stmt in a condition
SELECT id FROM crm.typed WHERE public.with_default(name) IS NOT NULL;

--@stmt in returning
UPDATE crm.typed SET id = 1 RETURNING public.with_default(name);
