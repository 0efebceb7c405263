-- Written after the walk over types was made, to find what it missed: types, defaults and children once more.

--@stmt 1 euro 1
SELECT '1'::public.euro + 1;

--@stmt amount euro from plainish
SELECT amount::public.euro FROM sales.plainish;

--@stmt 1 2 amounts
SELECT '{1,2}'::public.amounts;

--@stmt 1 2 3 4 matrix
SELECT '{{1,2},{3,4}}'::public.matrix;

--@stmt 2026 01 01 2026 02 01 season
SELECT '[2026-01-01,2026-02-01)'::public.season;

--@stmt row b array row o i null account null
SELECT ROW('b', ARRAY[ROW('o', 'i', NULL)::public.account], NULL)::public.bank;

--@stmt red warm
SELECT 'red'::public.warm;

--@stmt jsonb doc
SELECT '{}'::jsonb::public.doc;

--@stmt days 2026 01 01 2026 01 02
SELECT public.days('2026-01-01', '2026-01-02');

--@stmt pays 1 2026 01 01 2026 01 02
SELECT public.pays('{1}', '2026-01-01', '2026-01-02');

--@stmt row in 1 2 x
SELECT public.row_in('(1,2,x,,,,,,)');

--@stmt row in row 1 2 x null null null
SELECT public.row_in(ROW(1, 2, 'x', NULL, NULL, NULL, NULL, NULL, NULL));

--@stmt inout euro 4
SELECT public.inout_euro(4);

--@stmt ret row note
SELECT (public.ret_row()).note;

--@stmt from ret record as r a int b iban
SELECT * FROM public.ret_record() AS r(a int, b public.iban);

--@stmt owner from ret setof of
SELECT owner FROM public.ret_setof_of();

--@stmt e from ret query
SELECT e FROM public.ret_query();

--@stmt two defaults
SELECT public.two_defaults();

--@stmt two defaults 1
SELECT public.two_defaults(1);

--@stmt two defaults c 1 a 2
SELECT public.two_defaults(c => 1, a => 2);

--@stmt two defaults 1 2
SELECT public.two_defaults(1, 2);

--@stmt default calls default
SELECT public.default_calls_default();

--@stmt default cast
SELECT public.default_cast();

--@stmt default definer
SELECT public.default_definer();

--@stmt call proc out
CALL public.proc_out();

--@stmt call proc out 1 2
CALL public.proc_out(1, 2);

--@stmt loop for
SELECT public.loop_for();

--@stmt multi into
SELECT public.multi_into();

--@stmt returning into
SELECT public.returning_into();

--@stmt diag
SELECT public.diag();

--@stmt case var
SELECT public.case_var();

--@stmt umlaut
SELECT public.umlaut();

--@stmt copy type
SELECT public.copy_type();

--@stmt into row
SELECT public.into_row();

--@stmt atomic euro 3
SELECT public.atomic_euro(3);

--@stmt nested sql
SELECT public.nested_sql();

--@stmt collect amounts amount from plainish
SELECT public.collect_amounts(amount) FROM sales.plainish;

--@stmt gives colour x
SELECT public.gives_colour() =~= 'x';

--@stmt c x from red colour as c s
SELECT c =~= 'x' FROM (SELECT 'red'::public.colour AS c) s;

--@stmt insert into painted values 1 2
INSERT INTO sales.painted VALUES (1, 2);

--@stmt 2 colour
SELECT 2::public.colour;

--@stmt i from euro view
SELECT i FROM sales.euro_view;

--@stmt amount from mat
SELECT amount FROM sales.mat;

--@stmt note from ledger where amount 1 and taken now
SELECT note FROM sales.ledger WHERE amount > 1 AND taken < now();

--@stmt note from ledger where holder row a b 2
SELECT note FROM sales.ledger WHERE holder = ROW('a', 'b', '{2}')::public.account;

--@stmt note from ledger where grid 1
SELECT note FROM sales.ledger WHERE grid = '{{1}}';

--@stmt amount 1 round amount sum amount over from ledger
SELECT amount + 1, round(amount), sum(amount) OVER () FROM sales.ledger;

--@stmt array agg amount array 1 euro from ledger
SELECT array_agg(amount) || ARRAY[1::public.euro] FROM sales.ledger;

--@stmt json agg l from ledger l
SELECT json_agg(l) FROM sales.ledger l;

--@stmt from json populate record l from ledger l amount
SELECT * FROM json_populate_record((SELECT l FROM sales.ledger l), '{"amount": 3}');

--@stmt insert into of type owner values x
INSERT INTO sales.of_type (owner) VALUES ('x');

--@stmt insert into of type values x y 1 2
INSERT INTO sales.of_type VALUES ('x', 'y', '{1,2}');

--@stmt insert into kid id values 7
INSERT INTO sales.kid (id) VALUES (7);

--@stmt update ledger set holder number x
UPDATE sales.ledger SET holder.number = 'x';

--@stmt update ledger set spans 1 2026 01 01 2026
UPDATE sales.ledger SET spans[1] = '[2026-01-01,2026-02-01)';

--@stmt update ledger set note x where id 1
UPDATE sales.ledger SET note = 'x' WHERE id = 1;

--@stmt update ledger set amount amount 1
UPDATE sales.ledger SET amount = amount + 1;

--@stmt insert into ledger inst id amount values 1 2
INSERT INTO sales.ledger_inst (id, amount) VALUES (1, 2);

--@stmt update ledger inst set amount 3
UPDATE sales.ledger_inst SET amount = 3;

--@stmt update def trig set note y
UPDATE sales.def_trig SET note = 'y';

--@stmt update gen set a 4
UPDATE sales.gen SET a = 4;

--@stmt insert into gen id a values 2 3
INSERT INTO sales.gen (id, a) VALUES (2, 3);

--@stmt insert into dd default values
INSERT INTO sales.dd DEFAULT VALUES;

--@stmt insert into dd id i values 1 x
INSERT INTO sales.dd (id, i) VALUES (1, 'x');

--@stmt insert into dd id i n values 1 x
INSERT INTO sales.dd (id, i, n) VALUES (1, 'x', DEFAULT);

--@stmt insert into dd id i n values 1 default
INSERT INTO sales.dd (id, i, n) VALUES (1, DEFAULT, 2), (DEFAULT, 'x', 2);

--@stmt update dd set n default
UPDATE sales.dd SET n = DEFAULT;

--@stmt insert into dd part id values 1
INSERT INTO sales.dd_part (id) VALUES (1);

--@stmt insert into dd part 1 id values 1
INSERT INTO sales.dd_part_1 (id) VALUES (1);

--@stmt insert into leaf default id values 1
INSERT INTO sales.leaf_default (id) VALUES (1);

--@stmt insert into leaf default 1 id values 1
INSERT INTO sales.leaf_default_1 (id) VALUES (1);

--@stmt insert into v2 key values 3
INSERT INTO sales.v2 (key) VALUES (3);

--@stmt insert into v2 key val values 3 default
INSERT INTO sales.v2 (key, val) VALUES (3, DEFAULT);

--@stmt insert into v2 key val values 3 4
INSERT INTO sales.v2 (key, val) VALUES (3, 4);

--@stmt update v2 set val 9
UPDATE sales.v2 SET val = 9;

--@stmt insert into hr tp values 5 2 x
INSERT INTO hr.tp VALUES (5, 2, 'x');

--@stmt insert into tp2 values 5 2 x
INSERT INTO sales.tp2 VALUES (5, 2, 'x');

--@stmt update hr tp set k 2 where k 1
UPDATE hr.tp SET k = 2 WHERE k = 1;

--@stmt update hr tp set note x
UPDATE hr.tp SET note = 'x';

--@stmt delete from hr tp where k 1
DELETE FROM hr.tp WHERE k = 1;

--@stmt delete from tp2
DELETE FROM sales.tp2;

--@stmt merge into hr tp t using plainish p on
MERGE INTO hr.tp t USING sales.plainish p ON t.id = p.id + 50 WHEN NOT MATCHED THEN INSERT VALUES (9, 2, 'x');

--@stmt merge into hr tp t using plainish p on too
MERGE INTO hr.tp t USING sales.plainish p ON t.id = p.id WHEN MATCHED THEN UPDATE SET k = 2;

--@stmt update ia set note y
UPDATE sales.ia SET note = 'y';

--@stmt update only ia set note y
UPDATE ONLY sales.ia SET note = 'y';

--@stmt delete from ia
DELETE FROM sales.ia;

--@stmt delete from ic
DELETE FROM sales.ic;

--@stmt with d as delete from hr ib returning id
WITH d AS (DELETE FROM hr.ib RETURNING id) SELECT * FROM d;

--@stmt insert into ruled id values 1
INSERT INTO sales.ruled (id) VALUES (1);

--@stmt insert into ruled id d values 1 2
INSERT INTO sales.ruled (id, d) VALUES (1, 2);

--@stmt update ruled to set id 2
UPDATE sales.ruled_to SET id = 2;

--@stmt insert into pol id note from pol
INSERT INTO sales.pol SELECT id, note FROM sales.pol;

--@stmt do declare x account row a b null begin
DO $$ DECLARE x public.account := ROW('a', 'b', NULL); BEGIN x.number := 'q'; END $$;

--@stmt do declare c cursor for amount from plainish v
DO $$ DECLARE c CURSOR FOR SELECT amount FROM sales.plainish; v public.euro; BEGIN OPEN c; FETCH c INTO v; END $$;

--@stmt do begin for i in 1 2 loop declare
DO $$ BEGIN FOR i IN 1 .. 2 LOOP DECLARE v public.day := current_date; BEGIN NULL; END; END LOOP; END $$;

--@stmt copy amount euro from plainish to stdout
COPY (SELECT amount::public.euro FROM sales.plainish) TO STDOUT;

--@stmt poly a b tag c
SELECT public.poly('{a,b}'::public.tag[], 'c');

--@stmt poly array agg t c from tags
SELECT public.poly(array_agg(t), 'c') FROM support.tags;

--@stmt compat t z from tags
SELECT public.compat(t, 'z') FROM support.tags;

--@stmt poly var t from tags
SELECT public.poly_var(t) FROM support.tags;

--@stmt poly var q tag
SELECT public.poly_var('q'::public.tag);

--@stmt b from out only
SELECT b FROM public.out_only();

--@stmt out only
SELECT public.out_only();

--@stmt n from set row
SELECT n FROM public.set_row();

--@stmt exec case 1
SELECT public.exec_case(1);

--@stmt ret next
SELECT public.ret_next();

--@stmt at from ret comp
SELECT at FROM public.ret_comp();

--@stmt nested default
SELECT public.nested_default();

--@stmt nested default x
SELECT public.nested_default('x');

--@stmt in default arg
SELECT public.in_default_arg();

--@stmt in default arg 1
SELECT public.in_default_arg(1);

--@stmt in default arg 1 2 3
SELECT public.in_default_arg(1, 2, 3);

--@stmt sub default
SELECT public.sub_default();

--@stmt insert into tr values 2 b
INSERT INTO support.tr VALUES (2, 'b');

--@stmt update tr set id 2
UPDATE support.tr SET id = 2;

--@stmt update tr2 set n b
UPDATE support.tr2 SET n = 'b';

--@stmt insert into tr2 values 1 b on conflict id
INSERT INTO support.tr2 VALUES (1, 'b') ON CONFLICT (id) DO UPDATE SET n = excluded.n;

--@stmt cnt n from tr
SELECT public.cnt(n) FROM support.tr;

--@stmt cntf n from tr
SELECT public.cntf(n) FROM support.tr;

--@stmt cntf n over from tr
SELECT public.cntf(n) OVER () FROM support.tr;

--@stmt insert into sub values 2 eu
INSERT INTO support.sub VALUES (2, 'eu');

--@stmt insert into sub values 2 us
INSERT INTO support.sub VALUES (2, 'us');

--@stmt update sub set id 3 where region us
UPDATE support.sub SET id = 3 WHERE region = 'us';

--@stmt update sub set region eu where region us
UPDATE support.sub SET region = 'eu' WHERE region = 'us';

--@stmt insert into sub eu values 3 eu
INSERT INTO support.sub_eu VALUES (3, 'eu');

--@stmt insert into sub us values 3 us
INSERT INTO support.sub_us VALUES (3, 'us');

--@stmt insert into gp a values 2
INSERT INTO support.gp (a) VALUES (2);

--@stmt update gp set a 3
UPDATE support.gp SET a = 3;

--@stmt update heir p set n z
UPDATE support.heir_p SET n = 'z';

--@stmt insert into heir p values 2 z
INSERT INTO support.heir_p VALUES (2, 'z');

--@stmt insert into tag view id values 1
INSERT INTO support.tag_view (id) VALUES (1);

--@stmt insert into tag view id t values 1 default
INSERT INTO support.tag_view (id, t) VALUES (1, DEFAULT);

--@stmt t x upper t length t from tags where
SELECT t || 'x', upper(t), length(t) FROM support.tags WHERE id > 0;

--@stmt id from tags where n like a order by
SELECT id FROM support.tags WHERE n LIKE 'a%' ORDER BY n;

--@stmt count from tags
SELECT count(*) FROM support.tags;

--@stmt insert into tags id l values 2 array row
INSERT INTO support.tags (id, l) VALUES (2, ARRAY[ROW('x', now())::public.tagged]);

--@stmt insert into tags id l values 2 x
INSERT INTO support.tags (id, l) VALUES (2, '{"(x,)"}');

--@stmt update tags set l 1 t y
UPDATE support.tags SET l[1].t = 'y';

--@stmt update tags set n default
UPDATE support.tags SET n = DEFAULT;

--@stmt update tags t set t s n from tr
UPDATE support.tags t SET t = s.n FROM support.tr s;

--@stmt l 1 at from tags
SELECT (l[1]).at FROM support.tags;

--@stmt unnest l from tags
SELECT unnest(l) FROM support.tags;

--@stmt unnest x tagged at
SELECT (unnest('{"(x,)"}'::public.tagged[])).at;

--@stmt from unnest array a b tag u
SELECT * FROM unnest(ARRAY['a', 'b']::public.tag[]) u;

--@stmt coalesce null x tag
SELECT coalesce(NULL, 'x'::public.tag);

--@stmt case when true then x tag2 else y end
SELECT CASE WHEN true THEN 'x'::public.tag2 ELSE 'y' END;

--@stmt x tagged row x null tagged
SELECT '(x,)'::public.tagged = ROW('x', NULL)::public.tagged;

--@stmt x t from values a tag b x t
SELECT x.t FROM (VALUES ('a'::public.tag), ('b')) x(t);

--@stmt row 1 x null n tags
SELECT ROW(1, 'x', NULL, 'n')::support.tags;

--@stmt json populate record row 1 null null n tags
SELECT json_populate_record(ROW(1, NULL, NULL, 'n')::support.tags, '{"t": "q"}');

--@stmt string agg x tag
SELECT string_agg('x'::public.tag, ',');

--@stmt numrange 1 2 num range 1 2 text numrange
SELECT numrange(1, 2) && public.num_range(1, 2)::text::numrange;

--@stmt num range 1 2
SELECT public.num_range(1, 2);

--@stmt with recursive r t n as a tag text
WITH RECURSIVE r(t, n) AS (SELECT 'a'::public.tag::text, 1 UNION ALL SELECT (t || 'b')::public.tag, n + 1 FROM r WHERE n < 3) SELECT t FROM r;

--@stmt delete from tags where t a returning n
DELETE FROM support.tags WHERE t = 'a' RETURNING n;

--@stmt merge into tr d using tags s on d
MERGE INTO support.tr d USING support.tags s ON d.id = s.id + 10 WHEN NOT MATCHED THEN INSERT VALUES (s.id, DEFAULT);

--@stmt merge into tags d using tr s on d
MERGE INTO support.tags d USING support.tr s ON d.id = s.id WHEN MATCHED AND d.n = 'a' THEN UPDATE SET t = 'm' WHEN MATCHED THEN DO NOTHING;

--@stmt do declare t text begin x t into t
DO $$ DECLARE t text; BEGIN SELECT x.t INTO t FROM public.ret_comp() x; END $$;

--@stmt do declare a tag2 array x begin a a
DO $$ DECLARE a public.tag2[] := ARRAY['x']; BEGIN a := a || ARRAY['y']; END $$;

--@stmt do declare v tags t type w tags n
DO $$ DECLARE v support.tags.t%TYPE; w support.tags.n%TYPE; BEGIN SELECT n, n INTO v, w FROM support.tr; END $$;

--@stmt do begin perform nested default end
DO $$ BEGIN PERFORM public.nested_default(); END $$;

--@stmt do declare v text begin update tr set n
DO $$ DECLARE v text; BEGIN UPDATE support.tr SET n = 'c' RETURNING n INTO v; END $$;
