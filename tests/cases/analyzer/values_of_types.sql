-- Values of types that bring code along, wherever one is made; and reading them, which makes none.

--@stmt cast
SELECT 'x'::public.code;

--@stmt cast of column
SELECT name::public.code FROM crm.typed;

--@stmt cast keyword
SELECT CAST(name AS public.code) FROM crm.typed;

--@stmt cast literal prefix
SELECT public.code 'x';

--@stmt cast as a call
SELECT public.code('x');

--@stmt cast domain over domain
SELECT 'x'::public.code_again;

--@stmt cast domain three deep
SELECT 'x'::public.code_third;

--@stmt cast array
SELECT '{x,y}'::public.code[];

--@stmt cast array constructor
SELECT ARRAY['x', name]::public.code[] FROM crm.typed;

--@stmt cast domain over array
SELECT '{x}'::public.codes;

--@stmt cast composite
SELECT '(x,1)'::public.labelled;

--@stmt cast row constructor
SELECT ROW(name, 1)::public.labelled FROM crm.typed;

--@stmt cast composite in composite
SELECT '("(x,1)",y)'::public.wrapped;

--@stmt cast composite with array
SELECT ROW(ARRAY['x'], 1)::public.listed;

--@stmt cast array of composites
SELECT ARRAY[ROW('x', 1)]::public.labelled[];

--@stmt cast domain over composite
SELECT ROW('x', 1)::public.labelled_domain;

--@stmt cast range
SELECT '[1,2)'::public.span;

--@stmt cast multirange
SELECT '{[1,2)}'::public.spans;

--@stmt cast row of table
SELECT '(x,y)'::crm.copied;

--@stmt cast to number domain
SELECT id::public.number FROM crm.typed;

--@stmt cast inside a check
SELECT 'x'::public.cast_inside;

--@stmt cast in a condition
SELECT name FROM crm.typed WHERE name = 'x'::public.code;

--@stmt cast in limit
SELECT name FROM crm.typed LIMIT length('x'::public.code);

--@stmt cast in cte
WITH c AS MATERIALIZED (SELECT name::public.code AS c FROM crm.typed) SELECT c FROM c;

--@stmt cast in values
VALUES ('x'::public.code);

--@stmt cast in union
SELECT 'x'::public.code UNION SELECT name FROM crm.typed;

--@stmt cast of null
SELECT NULL::public.code;

--@stmt cast of a user function
SELECT ROW('x', 1)::public.plain_pair::public.labelled;

--@stmt cast in a view
SELECT code FROM crm.casting_view;

--@stmt range constructor
SELECT public.span(1, 2);

--@stmt range constructor with bounds
SELECT public.span(1, 2, '[]');

--@stmt multirange constructor
SELECT public.spans(public.span(1, 2));

--@stmt copy to of a cast
COPY (SELECT name::public.code FROM crm.typed) TO STDOUT;

--@stmt prepare with parameter type
PREPARE typed_parameter (public.code) AS SELECT $1 || name FROM crm.typed;

--@stmt json populate composite
SELECT * FROM jsonb_populate_record(NULL::public.labelled, '{"label": "x"}');

--@stmt json populate row
SELECT jsonb_populate_record(t, '{"one": "y"}') FROM crm.typed t;

--@stmt json populate set
SELECT label FROM json_populate_recordset(NULL::public.labelled, '[{"label": "x"}]');

--@stmt json to record
SELECT c FROM jsonb_to_record('{"c": "x"}') AS r(c public.code);

--@stmt json to recordset
SELECT c FROM json_to_recordset('[{"c": "x"}]') AS r(c public.code, d text);

--@stmt json to record array
SELECT c FROM jsonb_to_record('{"c": ["x"]}') AS r(c public.code[]);

--@stmt rows from with columns
SELECT c FROM ROWS FROM (jsonb_to_record('{"c": "x"}') AS (c public.code)) AS r;

--@stmt json table
--@since 17
SELECT c FROM JSON_TABLE(jsonb '[{"a": "x"}]', '$[*]' COLUMNS (c public.code PATH '$.a'));

--@stmt json value returning
--@since 17
SELECT JSON_VALUE(jsonb '"x"', '$' RETURNING public.code);

--@stmt json query returning
--@since 17
SELECT JSON_QUERY(jsonb '{"label": "x"}', '$' RETURNING public.labelled);

--@stmt xmltable
--@needs xml
SELECT c FROM XMLTABLE('/a' PASSING '<a>x</a>' COLUMNS c public.code PATH '.');

--@stmt argument
SELECT public.takes_code('x');

--@stmt argument of column
SELECT public.takes_code(name) FROM crm.typed;

--@stmt argument of domain column
SELECT public.takes_code(two) FROM crm.typed;

--@stmt result
SELECT public.gives_code('x');

--@stmt result set
SELECT * FROM public.gives_codes('x');

--@stmt result array
SELECT public.gives_array('x');

--@stmt result composite
SELECT (public.gives_labelled('x')).label;

--@stmt result table
SELECT n FROM public.gives_table('x');

--@stmt result out
SELECT d FROM public.gives_out('x');

--@stmt variable
SELECT public.declares('x');

--@stmt variable by path
SELECT public.declares_bare('x');

--@stmt variable rowtype
SELECT public.declares_row('x');

--@stmt variable type of column
SELECT public.declares_column('x');

--@stmt variable array
SELECT public.declares_array('x');

--@stmt variable of inner block
SELECT public.declares_inside('x');

--@stmt variable after a label called begin
SELECT public.declares_after_label('x');

--@stmt variable of a loop
SELECT public.loops('x');

--@stmt argument of a cursor
SELECT public.opens('x');

--@stmt select into composite
SELECT public.selects_into('x');

--@stmt variable of a definer function
SELECT public.quiet_code('x');

--@stmt variable in do
DO $$ DECLARE v public.code := 'x'; BEGIN NULL; END $$;

--@stmt variable quoted in do
DO $$ DECLARE v "public"."code"; BEGIN v := 'x'; END $$;

--@stmt variable constant in do
DO $$ DECLARE v CONSTANT public.code NOT NULL := 'x'; BEGIN NULL; END $$;

--@stmt variable in a nested block
DO $$ BEGIN BEGIN DECLARE v public.code; BEGIN v := 'x'; END; END; END $$;

--@stmt cast in do
DO $$ DECLARE v text; BEGIN v := 'x'::public.code; END $$;

--@stmt call procedure
CALL public.takes_code_too('x');

--@stmt aggregate with state
SELECT public.codes_of(name) FROM crm.typed;

--@stmt polymorphic function
SELECT public.any_of(one, 'x') FROM crm.typed;

--@stmt polymorphic function of cast
SELECT public.any_of('x'::public.code, 'y');

--@stmt polymorphic array compared
SELECT public.array_of(one) = '{x}' FROM crm.typed;

--@stmt array append
SELECT array_append(four, 'x') FROM crm.typed;

--@stmt array prepend
SELECT array_prepend('x', four) FROM crm.typed;

--@stmt array operator
SELECT four || ARRAY['x'] FROM crm.typed;

--@stmt array compared with literal
SELECT id FROM crm.typed WHERE four = '{x}';

--@stmt array contains literal
SELECT id FROM crm.typed WHERE four @> '{x}';

--@stmt domain over array compared
SELECT id FROM crm.typed WHERE seven = '{x}';

--@stmt array position
SELECT array_position(four, 'x') FROM crm.typed;

--@stmt array replace
SELECT array_replace(four, 'd', 'x') FROM crm.typed;

--@stmt array of domain compared
SELECT ARRAY[one] = '{x}' FROM crm.typed;

--@stmt array sublink compared
SELECT ARRAY(SELECT one FROM crm.typed) = '{x}';

--@stmt array agg compared
SELECT array_agg(one) = '{x}' FROM crm.typed;

--@stmt lag with default
SELECT lag(one, 1, 'x') OVER (ORDER BY id) FROM crm.typed;

--@stmt lead with default
SELECT lead(one, 1, 'x') OVER (ORDER BY id) FROM crm.typed;

--@stmt array fill
SELECT array_fill('x'::public.code, ARRAY[2]);

--@stmt range compared with literal
SELECT id FROM crm.typed WHERE five = '[1,2)';

--@stmt range overlaps literal
SELECT id FROM crm.typed WHERE five && '[1,2)';

--@stmt multirange of range
SELECT multirange(five) FROM crm.typed;

--@stmt range merge
SELECT range_merge(five, '[1,2)') FROM crm.typed;

--@stmt read array
SELECT four, five, six, three FROM crm.typed;

--@stmt read parts of them
SELECT four[1], (three).amount, lower(five), upper(name) FROM crm.typed;

--@stmt read whole row
SELECT t FROM crm.typed t;

--@stmt read to json
SELECT to_jsonb(t), array_to_string(four, ','), cardinality(four) FROM crm.typed t;

--@stmt array in case
SELECT CASE four WHEN '{x}' THEN 1 END FROM crm.typed;

--@stmt array in any of a subselect
SELECT '{x}' = ANY (SELECT four FROM crm.typed);

--@stmt read domain
SELECT one FROM crm.typed;

--@stmt read other column
SELECT name, nine FROM crm.typed WHERE id = 1;

--@stmt read domain compared
SELECT id FROM crm.typed WHERE one = 'a' AND two LIKE 'b%';

--@stmt read domain joined
SELECT t.id FROM crm.typed t JOIN crm.copied c ON c.two = t.one;

--@stmt read domain aggregated
SELECT max(one), count(two) FROM crm.typed;

--@stmt read domain in case
SELECT CASE WHEN id = 1 THEN one ELSE 'x' END, coalesce(one, 'y'), nullif(one, 'z') FROM crm.typed;

--@stmt read domain in a list
SELECT id FROM crm.typed WHERE one IN ('a', 'b');

--@stmt read domain in union
SELECT one FROM crm.typed UNION SELECT 'x';

--@stmt read domain ordered
SELECT upper(one) FROM crm.typed ORDER BY one, two;

--@stmt read plain domain
SELECT nine::text, 'x'::public.plain FROM crm.typed;

--@stmt insert
INSERT INTO crm.typed (id, one) VALUES (2, 'x');

--@stmt insert other column
INSERT INTO crm.typed (id) VALUES (2);

--@stmt insert composite
INSERT INTO crm.typed (id, three) VALUES (2, ROW('x', 1));

--@stmt insert field
INSERT INTO crm.typed (id, three.label) VALUES (2, 'x');

--@stmt insert element
INSERT INTO crm.typed (id, four[1]) VALUES (2, 'x');

--@stmt insert select
INSERT INTO crm.copied SELECT name, name FROM crm.typed;

--@stmt insert default values
INSERT INTO crm.copied DEFAULT VALUES;

--@stmt insert returning
INSERT INTO crm.copied (one) VALUES ('x') RETURNING one;

--@stmt insert through view
INSERT INTO crm.typed_view (id, one) VALUES (2, 'x');

--@stmt insert in cte
WITH i AS (INSERT INTO crm.copied (two) VALUES ('x') RETURNING two) SELECT two FROM i;

--@stmt update
UPDATE crm.typed SET one = 'x';

--@stmt update from column
UPDATE crm.typed SET two = name;

--@stmt update field
UPDATE crm.typed SET three.label = 'x';

--@stmt update element
UPDATE crm.typed SET four[1] = 'x';

--@stmt update several
UPDATE crm.typed SET (id, one) = (SELECT 1, 'x');

--@stmt update to null
UPDATE crm.typed SET one = NULL;

--@stmt update to default
UPDATE crm.typed SET one = DEFAULT;

--@stmt update other column
UPDATE crm.typed SET name = 'x';

--@stmt update through view
UPDATE crm.typed_view SET one = 'x';

--@stmt update other column through view
UPDATE crm.typed_view SET name = 'x';

--@stmt delete
DELETE FROM crm.typed WHERE one = 'a';

--@stmt merge
MERGE INTO crm.copied c USING crm.typed t ON c.one = t.name WHEN NOT MATCHED THEN INSERT (two) VALUES (t.name);

--@stmt merge update
MERGE INTO crm.typed t USING crm.one_default d ON d.id = t.id WHEN MATCHED THEN UPDATE SET one = 'x';
