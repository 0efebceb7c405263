-- Code that no statement names: behind types, defaults, partitions, heirs and arguments. Run after world.sql.
-- Checks read legacy.seen, defaults hr.rate; triggers write support.trail.

CREATE TABLE legacy.seen (what text);
INSERT INTO legacy.seen VALUES ('a');
CREATE TABLE hr.rate (what text, factor numeric);
INSERT INTO hr.rate VALUES ('a', 2);
CREATE TABLE support.trail (what text);
CREATE FUNCTION public.checked(text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN PERFORM 1 FROM legacy.seen s WHERE s.what = $1; RETURN true; END $$;
CREATE FUNCTION public.rated() RETURNS text LANGUAGE plpgsql AS $$
BEGIN RETURN (SELECT max(r.factor) FROM hr.rate r)::text; END $$;
CREATE FUNCTION public.trailed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO support.trail (what) VALUES (TG_TABLE_NAME); RETURN coalesce(NEW, OLD); END $$;

-- Types upon types
CREATE DOMAIN public.code AS text CHECK (public.checked(VALUE));
CREATE DOMAIN public.code_again AS public.code CHECK (length(VALUE) < 100);
CREATE DOMAIN public.code_third AS public.code_again;
CREATE DOMAIN public.number AS integer CHECK (public.checked(VALUE::text));
CREATE DOMAIN public.rated_text AS text DEFAULT public.rated();
CREATE DOMAIN public.rated_again AS public.rated_text;
CREATE DOMAIN public.cast_inside AS text CHECK (VALUE::public.code IS NOT NULL);
CREATE TYPE public.labelled AS (label public.code, amount integer);
CREATE TYPE public.wrapped AS (inner_part public.labelled, note text);
CREATE TYPE public.listed AS (codes public.code[], n integer);
CREATE DOMAIN public.codes AS public.code[];
CREATE DOMAIN public.labelled_domain AS public.labelled CHECK ((VALUE).amount > 0);
CREATE TYPE public.span AS RANGE (SUBTYPE = public.number, MULTIRANGE_TYPE_NAME = public.spans);
CREATE TYPE public.plain_pair AS (a text, b integer);
CREATE DOMAIN public.plain AS text CHECK (VALUE <> '');
CREATE FUNCTION public.gap(numeric, numeric) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT ($1 - $2)::float8';

CREATE TABLE crm.typed (
  id integer, name text, one public.code, two public.code_third, three public.labelled, four public.code[], five public.span, six public.wrapped,
  seven public.codes, eight public.spans, nine public.plain
);
INSERT INTO crm.typed (id, name, one, two, three, four, five, six, seven, nine)
  VALUES (1, 'x', 'a', 'b', ROW('c', 1), '{d}', '[1,2)', ROW(ROW('e', 2), 'f'), '{g}', 'h');
CREATE TABLE crm.copied (one text, two public.code);
CREATE VIEW crm.typed_view WITH (security_invoker = true) AS SELECT id, name, one FROM crm.typed;
CREATE VIEW crm.casting_view WITH (security_invoker = true) AS SELECT id, name::public.code AS code FROM crm.typed;

CREATE FUNCTION public.takes_code(c public.code) RETURNS text LANGUAGE sql AS 'SELECT upper($1)';
CREATE FUNCTION public.gives_code(t text) RETURNS public.code LANGUAGE sql AS 'SELECT upper(t)';
CREATE FUNCTION public.gives_codes(t text) RETURNS SETOF public.code LANGUAGE sql AS 'SELECT upper(t)';
CREATE FUNCTION public.gives_array(t text) RETURNS public.code[] LANGUAGE plpgsql AS $$ BEGIN RETURN ARRAY[t]; END $$;
CREATE FUNCTION public.gives_labelled(t text) RETURNS public.labelled LANGUAGE plpgsql AS $$ BEGIN RETURN ROW(t, 1)::public.labelled; END $$;
CREATE FUNCTION public.gives_table(t text) RETURNS TABLE (c public.code, n integer) LANGUAGE plpgsql AS $$
BEGIN c := t; n := 1; RETURN NEXT; END $$;
CREATE FUNCTION public.gives_out(t text, OUT c public.code, OUT d text) LANGUAGE plpgsql AS $$ BEGIN c := t; d := t; END $$;
CREATE FUNCTION public.declares(t text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE v public.code; BEGIN v := t; RETURN v; END $$;
CREATE FUNCTION public.declares_bare(t text) RETURNS text LANGUAGE plpgsql SET search_path = public, pg_catalog AS $$
DECLARE v code; BEGIN v := t; RETURN v; END $$;
CREATE FUNCTION public.declares_row(t text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE v crm.copied%ROWTYPE; BEGIN v.two := t; RETURN v.two; END $$;
CREATE FUNCTION public.declares_column(t text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE v crm.copied.two%TYPE; BEGIN SELECT t INTO v; RETURN v; END $$;
CREATE FUNCTION public.declares_array(t text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE v public.code[]; BEGIN v[1] := t; RETURN v[1]; END $$;
CREATE FUNCTION public.declares_inside(t text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN DECLARE v public.labelled; BEGIN v.label := t; RETURN v.label; END; END $$;
CREATE FUNCTION public.declares_after_label(t text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE c CURSOR FOR SELECT 1 AS begin; v public.code; BEGIN v := t; RETURN v; END $$;
CREATE FUNCTION public.loops(t text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE v public.code; BEGIN FOREACH v IN ARRAY ARRAY[t, t] LOOP NULL; END LOOP; RETURN v; END $$;
CREATE FUNCTION public.opens(t text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE c CURSOR (k public.code) FOR SELECT k; v text; BEGIN OPEN c(t); FETCH c INTO v; RETURN v; END $$;
CREATE FUNCTION public.selects_into(t text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE v public.labelled; BEGIN SELECT t, 1 INTO v; RETURN v.label; END $$;
CREATE FUNCTION public.any_of(a anyelement, b anyelement) RETURNS anyelement LANGUAGE sql AS 'SELECT coalesce($2, $1)';
CREATE FUNCTION public.array_of(a anyelement) RETURNS anyarray LANGUAGE sql AS 'SELECT ARRAY[$1]';
CREATE FUNCTION public.quiet_code(t text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE v public.code; BEGIN v := t; RETURN v; END $$;
CREATE PROCEDURE public.takes_code_too(c public.code) LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
CREATE FUNCTION public.add_code(state public.code, value text) RETURNS public.code LANGUAGE sql AS 'SELECT coalesce(state || value, value)';
CREATE AGGREGATE public.codes_of(text) (SFUNC = public.add_code, STYPE = public.code, INITCOND = '');
CREATE FUNCTION public.from_pair(public.plain_pair) RETURNS public.labelled LANGUAGE sql AS 'SELECT ROW($1.a, $1.b)::public.labelled';
CREATE CAST (public.plain_pair AS public.labelled) WITH FUNCTION public.from_pair(public.plain_pair);

-- Defaults
CREATE TABLE crm.defaulting (
  id integer, note text, rate text DEFAULT public.rated(), domained public.rated_text, again public.rated_again, own public.rated_text DEFAULT 'x'
);
INSERT INTO crm.defaulting VALUES (1, 'a', 'b', 'c', 'd', 'e');
CREATE TABLE crm.one_default (id integer PRIMARY KEY, rate text DEFAULT public.rated());
INSERT INTO crm.one_default VALUES (1, 'a');
CREATE VIEW crm.one_default_view WITH (security_invoker = true) AS SELECT id, rate FROM crm.one_default;
CREATE TABLE crm.no_default (id integer PRIMARY KEY, rate text);
CREATE VIEW crm.view_default WITH (security_invoker = true) AS SELECT id, rate FROM crm.no_default;
ALTER VIEW crm.view_default ALTER COLUMN rate SET DEFAULT public.rated();
CREATE TABLE crm.domain_default (id integer, rate public.rated_again);
INSERT INTO crm.domain_default VALUES (1, 'a');
CREATE TABLE crm.cast_default (id integer, rate text DEFAULT ('x'::public.code)::text);
CREATE TABLE crm.checked_cast (id integer, note text CHECK (note::public.code IS NOT NULL));
CREATE TABLE crm.refers (id integer, rate text DEFAULT public.rated(), one_id integer DEFAULT length(public.rated()) REFERENCES crm.one_default
  ON DELETE SET DEFAULT);
CREATE TABLE crm.refers_here (id integer, one_id integer DEFAULT length(public.rated()) REFERENCES crm.no_default ON DELETE SET DEFAULT);
INSERT INTO crm.no_default VALUES (1, 'a'), (2, 'b');
INSERT INTO crm.refers_here VALUES (1, 2);
CREATE FUNCTION public.generates(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN RETURN (SELECT max(r.what) FROM hr.rate r); END $$;
CREATE TABLE crm.generating (id integer, note text, made text GENERATED ALWAYS AS (public.generates(note)) STORED);
INSERT INTO crm.generating (id, note) VALUES (1, 'a');
CREATE TABLE crm.indexed (id integer, note text);
INSERT INTO crm.indexed VALUES (1, 'a');
CREATE INDEX ON crm.indexed (public.generates(note));
CREATE TABLE crm.partly_indexed (id integer, note text);
CREATE INDEX ON crm.partly_indexed (id) WHERE public.generates(note) IS NOT NULL;

CREATE FUNCTION public.with_default(a text, b text DEFAULT public.rated()) RETURNS text LANGUAGE sql AS 'SELECT $1 || $2';
CREATE FUNCTION public.with_two(a text DEFAULT 'x', b text DEFAULT public.rated()) RETURNS text LANGUAGE sql AS 'SELECT $1 || $2';
CREATE FUNCTION public.first_rated(a text DEFAULT public.rated(), b text DEFAULT 'x') RETURNS text LANGUAGE sql AS 'SELECT $1 || $2';
CREATE FUNCTION public.default_code(a text, b public.code DEFAULT 'x') RETURNS text LANGUAGE sql AS 'SELECT $1 || $2';
CREATE FUNCTION public.default_rows(a text DEFAULT public.rated()) RETURNS SETOF text LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION public.default_variadic(VARIADIC a text[] DEFAULT ARRAY[public.rated()]) RETURNS text LANGUAGE sql AS 'SELECT $1[1]';
CREATE PROCEDURE public.default_procedure(a text, b text DEFAULT public.rated()) LANGUAGE sql AS 'SELECT $1 || $2';
CREATE FUNCTION public.calls_default() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN public.with_default('a'); END $$;

-- Partitions and heirs
CREATE TABLE crm.part (id integer NOT NULL, place text, note text, rate text DEFAULT 'x') PARTITION BY RANGE (id);
CREATE TABLE crm.part_low PARTITION OF crm.part FOR VALUES FROM (0) TO (10);
CREATE TABLE crm.part_high PARTITION OF crm.part FOR VALUES FROM (10) TO (100) PARTITION BY LIST (place);
CREATE TABLE crm.part_high_a PARTITION OF crm.part_high FOR VALUES IN ('a');
CREATE TABLE crm.part_high_b PARTITION OF crm.part_high DEFAULT;
INSERT INTO crm.part VALUES (1, 'a', 'n'), (11, 'a', 'n'), (12, 'b', 'n');
CREATE TRIGGER trailed AFTER INSERT ON crm.part_low FOR EACH ROW EXECUTE FUNCTION public.trailed();
CREATE TRIGGER trailed AFTER UPDATE OR DELETE ON crm.part_high_a FOR EACH ROW EXECUTE FUNCTION public.trailed();
ALTER TABLE crm.part_high_b ADD CHECK (public.checked(note));

CREATE TABLE crm.statement_part (id integer NOT NULL, note text) PARTITION BY RANGE (id);
CREATE TABLE crm.statement_low PARTITION OF crm.statement_part FOR VALUES FROM (0) TO (10);
INSERT INTO crm.statement_part VALUES (1, 'a');
CREATE TRIGGER trailed AFTER INSERT OR UPDATE ON crm.statement_low FOR EACH STATEMENT EXECUTE FUNCTION public.trailed();

CREATE TABLE crm.root_part (id integer NOT NULL, note text) PARTITION BY RANGE (id);
CREATE TABLE crm.root_low PARTITION OF crm.root_part FOR VALUES FROM (0) TO (10);
CREATE TABLE crm.root_high PARTITION OF crm.root_part FOR VALUES FROM (10) TO (100);
INSERT INTO crm.root_part VALUES (1, 'a');
CREATE TRIGGER trailed AFTER DELETE ON crm.root_part FOR EACH ROW EXECUTE FUNCTION public.trailed();

CREATE FUNCTION public.bucket(text) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN PERFORM 1 FROM legacy.seen s WHERE s.what = $1; RETURN length($1); END $$;
CREATE TABLE crm.placed (id integer, note text) PARTITION BY RANGE (public.bucket(note));
CREATE TABLE crm.placed_low PARTITION OF crm.placed FOR VALUES FROM (0) TO (1000);
INSERT INTO crm.placed VALUES (1, 'a');

CREATE TABLE crm.base (id integer PRIMARY KEY, note text);
CREATE TABLE crm.heir (more text) INHERITS (crm.base);
CREATE TABLE crm.heir_of_heir (most text CHECK (public.checked(most))) INHERITS (crm.heir);
INSERT INTO crm.base VALUES (1, 'a');
INSERT INTO crm.heir VALUES (2, 'b', 'c');
INSERT INTO crm.heir_of_heir VALUES (3, 'b', 'c', 'd');
CREATE TRIGGER trailed AFTER UPDATE OR DELETE ON crm.heir FOR EACH ROW EXECUTE FUNCTION public.trailed();
ALTER TABLE crm.heir ADD PRIMARY KEY (id);
CREATE TABLE crm.heirs_child (id integer, heir_id integer REFERENCES crm.heir ON DELETE CASCADE);
INSERT INTO crm.heirs_child VALUES (1, 2);
CREATE TABLE crm.parent_of_parts (id integer PRIMARY KEY);
INSERT INTO crm.parent_of_parts VALUES (1), (2);
CREATE TABLE crm.cascaded (id integer NOT NULL, parent_id integer REFERENCES crm.parent_of_parts ON DELETE CASCADE ON UPDATE CASCADE)
  PARTITION BY RANGE (id);
CREATE TABLE crm.cascaded_low PARTITION OF crm.cascaded FOR VALUES FROM (0) TO (10);
INSERT INTO crm.cascaded VALUES (1, 1);
CREATE TRIGGER trailed AFTER UPDATE OR DELETE ON crm.cascaded_low FOR EACH ROW EXECUTE FUNCTION public.trailed();

-- For tests/cases/analyzer/written_afterwards.sql: checks read hr.law, defaults hr.duty; triggers write hr.echo.
CREATE TABLE hr.law (what text);  INSERT INTO hr.law VALUES ('a');
CREATE TABLE hr.duty (n numeric); INSERT INTO hr.duty VALUES (1);
CREATE TABLE hr.echo (what text);
CREATE FUNCTION public.lawful(anyelement) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 FROM hr.law l WHERE l.what = 'q'; RETURN true; END $$;
CREATE FUNCTION public.duty() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT max(n) FROM hr.duty); END $$;
CREATE FUNCTION public.echoes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO hr.echo VALUES (TG_NAME); RETURN coalesce(NEW, OLD); END $$;
CREATE FUNCTION public.echoes_when(text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 FROM hr.law l WHERE l.what = 'q'; RETURN true; END $$;
CREATE DOMAIN public.euro AS numeric(10,2) CHECK (public.lawful(VALUE));
CREATE DOMAIN public.iban AS varchar(34) NOT NULL DEFAULT 'x' CHECK (public.lawful(VALUE::text));
CREATE DOMAIN public.day AS date CHECK (public.lawful(VALUE));
CREATE DOMAIN public.doc AS jsonb CHECK (public.lawful(VALUE));
CREATE TYPE public.colour AS ENUM ('red', 'blue');
CREATE DOMAIN public.warm AS public.colour CHECK (public.lawful(VALUE::text));
CREATE DOMAIN public.matrix AS integer[][] CHECK (public.lawful(array_ndims(VALUE)));
CREATE DOMAIN public.amounts AS public.euro[] CHECK (array_length(VALUE, 1) < 9);
CREATE TYPE public.days AS RANGE (SUBTYPE = public.day);
CREATE DOMAIN public.season AS public.days CHECK (NOT isempty(VALUE));
CREATE TYPE public.account AS (owner text, number public.iban, limits public.euro[]);
CREATE TYPE public.bank AS (name text, accounts public.account[], open public.season);
CREATE DOMAIN public.good_bank AS public.bank CHECK ((VALUE).name IS NOT NULL OR VALUE IS NULL);
CREATE TABLE sales.ledger (id integer PRIMARY KEY, amount public.euro, note text, taken public.day, holder public.account, spans public.days[], bank public.good_bank, mood public.warm, grid public.matrix);
INSERT INTO sales.ledger VALUES (1, 5, 'n', '2026-01-01', ROW('o','i','{1}'), '{}', NULL, 'red', '{{1}}');
CREATE TABLE sales.plainish (id integer, note text, amount numeric); INSERT INTO sales.plainish VALUES (1,'n',2);
CREATE TABLE sales.of_type OF public.account; INSERT INTO sales.of_type VALUES ('o','i','{1}');
CREATE TABLE sales.kid (extra public.euro) INHERITS (sales.ledger);
CREATE MATERIALIZED VIEW sales.mat AS SELECT id, amount FROM sales.ledger;
CREATE VIEW sales.euro_view AS SELECT id, note::text::public.iban AS i FROM sales.ledger;
CREATE VIEW sales.ledger_inst AS SELECT id, amount, note FROM sales.ledger;
CREATE FUNCTION public.ledger_inst() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE sales.plainish SET note = 'q'; RETURN NEW; END $$;
CREATE TRIGGER i INSTEAD OF INSERT OR UPDATE ON sales.ledger_inst FOR EACH ROW EXECUTE FUNCTION public.ledger_inst();
CREATE FUNCTION public.pays(a public.euro[], VARIADIC b public.day[]) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION public.row_in(r sales.ledger) RETURNS text LANGUAGE sql AS 'SELECT $1.note';
CREATE FUNCTION public.inout_euro(INOUT e public.euro) LANGUAGE plpgsql AS $$ BEGIN e := e + 1; END $$;
CREATE FUNCTION public.ret_row() RETURNS sales.ledger LANGUAGE plpgsql AS $$ DECLARE r sales.ledger; BEGIN r.id := 1; r.amount := 7; RETURN r; END $$;
CREATE FUNCTION public.ret_record() RETURNS record LANGUAGE plpgsql AS $$ DECLARE x record; BEGIN SELECT 1, 'a'::public.iban INTO x; RETURN x; END $$;
CREATE FUNCTION public.ret_setof_of() RETURNS SETOF sales.of_type LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT 'a'::text, 'b'::public.iban, NULL::public.euro[]; END $$;
CREATE FUNCTION public.ret_query() RETURNS TABLE (e public.euro) LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY SELECT p.amount::public.euro FROM sales.plainish p; END $$;
CREATE FUNCTION public.two_defaults(a int DEFAULT 1, b int DEFAULT public.duty(), c int DEFAULT 3) RETURNS int LANGUAGE sql AS 'SELECT $1 + $2 + $3';
CREATE FUNCTION public.default_calls_default(a int DEFAULT public.two_defaults()) RETURNS int LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION public.default_cast(a text DEFAULT 'x'::public.iban) RETURNS text LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION public.default_definer(a int DEFAULT public.duty()) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT $1';
CREATE PROCEDURE public.proc_out(a int DEFAULT public.duty(), INOUT b int DEFAULT NULL) LANGUAGE plpgsql AS $$ BEGIN b := a; END $$;
CREATE FUNCTION public.loop_for() RETURNS int LANGUAGE plpgsql AS $$ DECLARE r public.account; BEGIN FOR r IN SELECT 'o', 'i', '{1}' LOOP NULL; END LOOP; RETURN 1; END $$;
CREATE FUNCTION public.multi_into() RETURNS int LANGUAGE plpgsql AS $$ DECLARE a public.euro; b public.day; BEGIN SELECT 1, '2026-01-01' INTO STRICT a, b; RETURN 1; END $$;
CREATE FUNCTION public.returning_into() RETURNS int LANGUAGE plpgsql AS $$ DECLARE a public.euro; BEGIN UPDATE sales.plainish SET note = 'x' RETURNING amount INTO a; RETURN 1; END $$;
CREATE FUNCTION public.diag() RETURNS int LANGUAGE plpgsql AS $$ DECLARE n public.euro; BEGIN GET DIAGNOSTICS n = ROW_COUNT; RETURN 1; END $$;
CREATE FUNCTION public.exc() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE division_by_zero; EXCEPTION WHEN others THEN DECLARE e public.iban; BEGIN e := SQLERRM; RETURN 1; END; END $$;
CREATE FUNCTION public.case_var() RETURNS int LANGUAGE plpgsql AS $$
declare /* comment ; begin */ "Odd" /* x */ Public . "euro" [ ] ; BEGIN "Odd"[1] := 3; RETURN 1; END $$;
CREATE FUNCTION public.alias_var(x text) RETURNS int LANGUAGE plpgsql AS $$ <<outer>> DECLARE y ALIAS FOR $1; z public.iban; BEGIN z := y; RETURN 1; END $$;
CREATE FUNCTION public.umlaut() RETURNS int LANGUAGE plpgsql AS $$ DECLARE größe text := 'äöü'; z public.iban := größe; BEGIN RETURN 1; END $$;
CREATE FUNCTION public.copy_type() RETURNS int LANGUAGE plpgsql AS $$ DECLARE a sales.ledger.amount%TYPE; b a%TYPE; BEGIN b := 4; RETURN 1; END $$;
CREATE FUNCTION public.into_row() RETURNS int LANGUAGE plpgsql AS $$ DECLARE a sales.ledger%ROWTYPE; BEGIN a := ROW(1, 2, 'x', NULL, NULL, NULL, NULL, NULL, NULL); RETURN 1; END $$;
CREATE FUNCTION public.atomic_euro(x numeric) RETURNS public.euro BEGIN ATOMIC SELECT x * 2; END;
CREATE FUNCTION public.sql_cast(x numeric) RETURNS numeric LANGUAGE sql RETURN x::public.euro;
CREATE FUNCTION public.nested_sql() RETURNS numeric LANGUAGE sql AS 'SELECT public.sql_cast(3)';
CREATE FUNCTION public.step(s public.amounts, v numeric) RETURNS public.amounts LANGUAGE sql AS 'SELECT array_append(coalesce(s, ''{}''), v)::public.amounts';
CREATE AGGREGATE public.collect_amounts(numeric) (SFUNC = public.step, STYPE = public.amounts, INITCOND = '{}');
CREATE FUNCTION public.eq_law(public.colour, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 FROM hr.law l WHERE l.what = 'q'; RETURN true; END $$;
CREATE OPERATOR public.=~= (LEFTARG = public.colour, RIGHTARG = text, FUNCTION = public.eq_law);
CREATE FUNCTION public.gives_colour() RETURNS public.colour LANGUAGE sql AS $$ SELECT 'red'::public.colour $$;
CREATE FUNCTION public.colour_of(integer) RETURNS public.colour LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 FROM hr.law l WHERE l.what = 'q'; RETURN 'red'; END $$;
CREATE CAST (integer AS public.colour) WITH FUNCTION public.colour_of(integer) AS ASSIGNMENT;
CREATE TABLE sales.painted (id int, c public.colour);
-- defaults
CREATE TABLE sales.dd (id int DEFAULT public.duty(), g int GENERATED BY DEFAULT AS IDENTITY, i public.iban, w public.warm DEFAULT 'red', n int DEFAULT 5);
CREATE TABLE sales.dd_part (id int, d int DEFAULT public.duty()) PARTITION BY LIST (id);
CREATE TABLE sales.dd_part_1 PARTITION OF sales.dd_part FOR VALUES IN (1, 2);
CREATE TABLE sales.leaf_default (id int, d int) PARTITION BY LIST (id);
CREATE TABLE sales.leaf_default_1 PARTITION OF sales.leaf_default (d DEFAULT public.duty()) FOR VALUES IN (1);
CREATE TABLE sales.dd_nested (id int, d int DEFAULT public.two_defaults(7));
CREATE VIEW sales.v1 AS SELECT id, d FROM sales.dd_nested; CREATE VIEW sales.v2 AS SELECT id AS key, d AS val FROM sales.v1 WHERE id > -1 WITH CASCADED CHECK OPTION;
-- triggers
CREATE TABLE hr.tp (id int NOT NULL, k int NOT NULL, note text) PARTITION BY LIST (k);
CREATE TABLE hr.tp1 PARTITION OF hr.tp FOR VALUES IN (1); CREATE TABLE sales.tp2 PARTITION OF hr.tp FOR VALUES IN (2) PARTITION BY HASH (id);
CREATE TABLE sales.tp2a PARTITION OF sales.tp2 FOR VALUES WITH (MODULUS 1, REMAINDER 0);
INSERT INTO hr.tp VALUES (1, 1, 'a'), (2, 2, 'b');
CREATE TRIGGER echo BEFORE INSERT ON sales.tp2a FOR EACH ROW WHEN (public.echoes_when(NEW.note)) EXECUTE FUNCTION public.echoes();
CREATE TRIGGER echo_d AFTER DELETE ON hr.tp1 FOR EACH ROW EXECUTE FUNCTION public.echoes();
CREATE TABLE sales.ia (id int PRIMARY KEY, note text); CREATE TABLE hr.ib (x int) INHERITS (sales.ia); CREATE TABLE sales.ic () INHERITS (hr.ib);
INSERT INTO sales.ic VALUES (1, 'a', 2);
CREATE TRIGGER echo AFTER UPDATE ON sales.ic FOR EACH ROW EXECUTE FUNCTION public.echoes();
CREATE TRIGGER echo_s AFTER DELETE ON sales.ic FOR EACH STATEMENT EXECUTE FUNCTION public.echoes();
CREATE TABLE sales.fk_p (id int PRIMARY KEY); INSERT INTO sales.fk_p VALUES (1), (2);
CREATE TABLE sales.fk_c (id int, p int DEFAULT 2 REFERENCES sales.fk_p ON DELETE SET DEFAULT ON UPDATE CASCADE, e public.euro DEFAULT 1 );
INSERT INTO sales.fk_c VALUES (1, 1);
CREATE TABLE sales.fk_c_kid () INHERITS (sales.fk_c);
CREATE TRIGGER echo AFTER UPDATE ON sales.fk_c FOR EACH ROW EXECUTE FUNCTION public.echoes();
CREATE TABLE sales.excl (id int, c text, EXCLUDE USING btree (lower(c) WITH =));
CREATE TABLE sales.def_trig (id int, amount public.euro, note text); INSERT INTO sales.def_trig VALUES (1, 2, 'x');
CREATE FUNCTION public.sets_amount() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.amount := 8; RETURN NEW; END $$;
CREATE TRIGGER s BEFORE UPDATE ON sales.def_trig FOR EACH ROW EXECUTE FUNCTION public.sets_amount();
CREATE TABLE sales.gen (id int, a numeric, b public.euro GENERATED ALWAYS AS (a * 2) STORED); INSERT INTO sales.gen VALUES (1, 2);
CREATE TABLE sales.ruled (id int, d int DEFAULT public.duty()); CREATE TABLE sales.ruled_to (id int, d int);
CREATE RULE r AS ON INSERT TO sales.ruled DO INSTEAD INSERT INTO sales.ruled_to VALUES (NEW.id, NEW.d);
CREATE RULE u AS ON UPDATE TO sales.ruled_to DO ALSO INSERT INTO sales.plainish (id) VALUES (public.duty());
INSERT INTO sales.ruled_to VALUES (1, 1);
CREATE TABLE sales.pol (id int, note text); INSERT INTO sales.pol VALUES (1, 'a');

-- And for its second half: whatever reads legacy.probe.
CREATE TABLE legacy.probe (v text); INSERT INTO legacy.probe VALUES ('p');
CREATE FUNCTION public.probed(text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 FROM legacy.probe p WHERE p.v = 'z'; RETURN true; END $$;
CREATE FUNCTION public.probe_int() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 FROM legacy.probe p WHERE p.v = 'z'; RETURN 3; END $$;
CREATE DOMAIN public.tag AS text CHECK (public.probed(VALUE));
CREATE DOMAIN public.tag2 AS public.tag;
CREATE TYPE public.tagged AS (t public.tag2, at timestamptz);
CREATE TYPE public.num_range AS RANGE (SUBTYPE = numeric, SUBTYPE_DIFF = public.gap);
CREATE TABLE support.tags (id int, t public.tag, l public.tagged[], n text DEFAULT 'a'); INSERT INTO support.tags VALUES (1, 'a', '{}');
CREATE VIEW support.tag_view AS SELECT id, t FROM support.tags; ALTER VIEW support.tag_view ALTER t SET DEFAULT 'v';
CREATE FUNCTION public.poly(anyarray, anyelement) RETURNS anyelement LANGUAGE plpgsql AS $$ BEGIN RETURN $2; END $$;
CREATE FUNCTION public.compat(anycompatible, anycompatible) RETURNS anycompatible LANGUAGE sql AS 'SELECT coalesce($2, $1)';
CREATE FUNCTION public.poly_var(a anyelement) RETURNS text LANGUAGE plpgsql AS $$ DECLARE x a%TYPE; BEGIN x := 'q'; RETURN x; END $$;
CREATE FUNCTION public.out_only(OUT a public.tag, OUT b int) LANGUAGE plpgsql AS $$ BEGIN SELECT 'z', 2 INTO a, b; END $$;
CREATE FUNCTION public.set_row() RETURNS SETOF support.tags LANGUAGE sql AS 'SELECT 1, ''x''::public.tag, NULL::public.tagged[], ''n''';
CREATE FUNCTION public.exec_case(n int) RETURNS text LANGUAGE plpgsql AS $$ DECLARE r text; BEGIN CASE n WHEN 1 THEN r := 'x'::public.tag; ELSE NULL; END CASE; RETURN r; END $$;
CREATE FUNCTION public.ret_next() RETURNS SETOF public.tag LANGUAGE plpgsql AS $$ BEGIN RETURN NEXT 'a'; RETURN NEXT 'b'; END $$;
CREATE FUNCTION public.ret_comp() RETURNS SETOF public.tagged LANGUAGE plpgsql AS $$ DECLARE r public.tagged; BEGIN r.t := 'a'; RETURN NEXT r; END $$;
CREATE FUNCTION public.nested_default(a text DEFAULT upper(public.probe_int()::text)) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN a; END $$;
CREATE FUNCTION public.in_default_arg(a int DEFAULT public.probe_int(), VARIADIC b int[] DEFAULT '{}') RETURNS int LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION public.sub_default(a int DEFAULT (ARRAY[public.probe_int()])[1]) RETURNS int LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION public.trig_args() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n := public.nested_default(); RETURN NEW; END $$;
CREATE TABLE support.tr (id int, n text); INSERT INTO support.tr VALUES (1, 'a');
CREATE TRIGGER a BEFORE INSERT OR UPDATE ON support.tr FOR EACH ROW EXECUTE FUNCTION public.trig_args('x');
CREATE FUNCTION public.trig_do() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE t public.tag; BEGIN t := 'z'; RETURN NULL; END $$;
CREATE TABLE support.tr2 (id int PRIMARY KEY, n text); INSERT INTO support.tr2 VALUES (1, 'a');
CREATE CONSTRAINT TRIGGER c AFTER UPDATE ON support.tr2 INITIALLY IMMEDIATE FOR EACH ROW WHEN (OLD.n IS DISTINCT FROM NEW.n) EXECUTE FUNCTION public.trig_do();
CREATE FUNCTION public.sfunc(s int, t public.tag) RETURNS int LANGUAGE sql AS 'SELECT s + 1';
CREATE AGGREGATE public.cnt(public.tag) (SFUNC = public.sfunc, STYPE = int, INITCOND = '0');
CREATE FUNCTION public.ffunc(s int) RETURNS public.tag LANGUAGE sql AS 'SELECT s::text';
CREATE FUNCTION public.sfunc0(s int, t text) RETURNS int LANGUAGE sql AS 'SELECT s + 1';
CREATE AGGREGATE public.cntf(text) (SFUNC = public.sfunc0, STYPE = int, FINALFUNC = public.ffunc, INITCOND = '0');
CREATE TABLE support.sub (id int NOT NULL, region text) PARTITION BY LIST (region);
CREATE TABLE support.sub_eu PARTITION OF support.sub (CHECK (public.probed(region))) FOR VALUES IN ('eu') PARTITION BY RANGE (id);
CREATE TABLE support.sub_eu_1 PARTITION OF support.sub_eu FOR VALUES FROM (0) TO (10);
CREATE TABLE support.sub_us PARTITION OF support.sub FOR VALUES IN ('us');
CREATE INDEX ON support.sub_us (upper(region), (length(region)));
CREATE FUNCTION public.immut(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN PERFORM 1 FROM legacy.probe p WHERE p.v = 'z'; RETURN $1; END $$;
CREATE INDEX ON support.sub_us (public.immut(region), id);
INSERT INTO support.sub VALUES (1, 'eu'), (1, 'us');
CREATE TABLE support.att (id int, region text); INSERT INTO support.att VALUES (1, 'x');
CREATE POLICY p ON support.att USING (('x'::public.tag)::text IS NOT NULL);
CREATE TABLE support.gp (a int, b text GENERATED ALWAYS AS (public.immut(a::text)) STORED) PARTITION BY RANGE (a);
CREATE TABLE support.gp1 PARTITION OF support.gp FOR VALUES FROM (0) TO (100); INSERT INTO support.gp VALUES (1);
CREATE TABLE support.heir_p (id int, n text); CREATE TABLE support.heir_g (b public.tag GENERATED ALWAYS AS (n) STORED) INHERITS (support.heir_p);
INSERT INTO support.heir_g (id, n) VALUES (1, 'q');
