-- What is refused whatever the policy says, each with its code.

--@stmt set role
--@refuse SG106
SET ROLE hr_reader;

--@stmt set local role
--@refuse SG106
SET LOCAL ROLE NONE;

--@stmt reset role
--@refuse SG106
RESET ROLE;

--@stmt reset all
--@refuse SG106
RESET ALL;

--@stmt set session authorization
--@refuse SG106
SET SESSION AUTHORIZATION DEFAULT;

--@stmt set config role
--@refuse SG106
SELECT set_config('role', 'postgres', true);

--@stmt set config role hidden
--@refuse SG106
SELECT set_config('ro' || 'le', 'postgres', true) FROM sales.product;

--@stmt set guard setting
--@refuse SG106
SET sminion.token = 'x';

--@stmt set row security off
--@refuse SG106
SET row_security = off;

--@stmt set replication role
--@refuse SG106
SET session_replication_role = replica;

--@stmt set conforming strings
--@refuse SG113
SET standard_conforming_strings = off;

--@stmt discard all
--@refuse SG106
DISCARD ALL;

--@stmt load
--@refuse SG106
LOAD 'auto_explain';

--@stmt alter system
--@refuse SG106
ALTER SYSTEM SET work_mem = '1MB';

--@stmt copy program
--@refuse SG106
COPY sales.product TO PROGRAM 'cat';

--@stmt copy file
--@refuse SG106
COPY sales.product TO '/tmp/x';

--@stmt copy from file
--@refuse SG106
COPY sales.product FROM '/etc/passwd';

--@stmt read file
--@refuse SG106
SELECT pg_read_file('/etc/passwd');

--@stmt large object import
--@refuse SG106
SELECT lo_import('/etc/passwd');

--@stmt large object create
--@refuse SG106
SELECT lo_from_bytea(0, convert_to(c.email, 'UTF8')) FROM crm.customer c;

--@stmt large object put
--@refuse SG106
SELECT lo_put(1, 0, 'x');

--@stmt query to xml
--@refuse SG106
SELECT query_to_xml('SELECT * FROM hr.employee', true, true, '');

--@stmt table to xml
--@refuse SG106
SELECT table_to_xml('hr.employee', true, true, '');

--@stmt schema to xml
--@refuse SG106
SELECT schema_to_xml('hr', true, true, '');

--@stmt database to xml
--@refuse SG106
SELECT database_to_xml(true, true, '');

--@stmt cursor to xml
--@refuse SG106
SELECT cursor_to_xml('q', 1, true, true, '');

--@stmt ts stat
--@refuse SG106
SELECT * FROM ts_stat('SELECT to_tsvector(diagnosis) FROM hr.absence');

--@stmt ts rewrite text
--@refuse SG106
SELECT ts_rewrite('a'::tsquery, 'SELECT t, s FROM hr.x');

--@stmt advisory lock
--@refuse SG106
SELECT pg_advisory_lock(c.id) FROM crm.customer c;

--@stmt notify
--@refuse SG106
WITH told AS (SELECT pg_notify('x', 'secret')) SELECT id FROM crm.customer, told;

--@stmt notify function
--@refuse SG106
SELECT pg_notify('x', e.iban) FROM hr.employee e;

--@stmt listen
--@refuse SG106
LISTEN x;

--@stmt explain analyze
--@refuse SG109
EXPLAIN ANALYZE SELECT 1 FROM hr.employee;

--@stmt explain analyze option
--@refuse SG109
EXPLAIN (ANALYZE true) SELECT 1 FROM sales.product;

--@stmt vacuum
--@refuse SG108
VACUUM;

--@stmt terminate
--@refuse SG106
SELECT pg_terminate_backend(1);

--@stmt cursor with hold
--@refuse SG106
DECLARE q CURSOR WITH HOLD FOR SELECT email FROM crm.customer;

--@stmt prepare transaction
--@refuse SG106
PREPARE TRANSACTION 'x';

--@stmt do block dynamic
--@refuse SG105
DO $$ BEGIN EXECUTE 'SELECT 1 FROM ' || 'hr.employee'; END $$;

--@stmt dynamic function
--@refuse SG105
SELECT public.any_sql('SELECT id FROM hr.employee');

--@stmt dynamic function concatenated
--@refuse SG105
SELECT any_sql('SELECT id FROM ' || 'hr.employee');

--@stmt do other language
--@refuse SG105
DO LANGUAGE plpython3u 'pass';

--@stmt unknown table
--@refuse SG107
SELECT * FROM crm.nothing;

--@stmt unknown unqualified table
--@refuse SG107
SELECT * FROM nothing;

--@stmt unknown column
--@refuse SG107
SELECT nothing FROM crm.customer;

--@stmt unknown function
--@refuse SG107
SELECT crm.nothing(1);

--@stmt unknown alias
--@refuse SG107
SELECT x.id FROM crm.customer c;

--@stmt unknown schema
--@refuse SG107
SELECT 1 FROM nowhere.customer;

--@stmt recursive cte refers forward
--@refuse SG107
WITH a AS (SELECT * FROM b), b AS (SELECT 1 AS x) SELECT * FROM a;

--@stmt create table as
--@refuse SG108
CREATE TABLE sales.copy AS SELECT email FROM crm.customer;

--@stmt create temp table as
--@refuse SG108
CREATE TEMP TABLE copy AS SELECT email FROM crm.customer;

--@stmt select into
--@refuse SG108
SELECT email INTO sales.copy FROM crm.customer;

--@stmt select into temp
--@refuse SG108
SELECT email INTO TEMP copy FROM crm.customer;

--@stmt create table
--@refuse SG108
CREATE TABLE sales.copy (a text);

--@stmt create view
--@refuse SG108
CREATE VIEW sales.copy AS SELECT email FROM crm.customer;

--@stmt create temp view
--@refuse SG108
CREATE TEMP VIEW copy AS SELECT email FROM crm.customer;

--@stmt create materialized view
--@refuse SG108
CREATE MATERIALIZED VIEW sales.copy AS SELECT 1;

--@stmt refresh
--@refuse SG108
REFRESH MATERIALIZED VIEW marketing.weekly;

--@stmt create function
--@refuse SG108
CREATE FUNCTION sales.f() RETURNS integer LANGUAGE sql AS 'SELECT 1';

--@stmt create trigger
--@refuse SG108
CREATE TRIGGER t AFTER INSERT ON sales.orders FOR EACH ROW EXECUTE FUNCTION sales.write_journal();

--@stmt create rule
--@refuse SG108
CREATE RULE r AS ON DELETE TO sales.gift DO INSTEAD NOTHING;

--@stmt create policy
--@refuse SG108
CREATE POLICY p ON sales.gift USING (true);

--@stmt create index
--@refuse SG108
CREATE INDEX ON crm.customer (email);

--@stmt create schema
--@refuse SG108
CREATE SCHEMA mine;

--@stmt create domain
--@refuse SG108
CREATE DOMAIN d AS text;

--@stmt create extension
--@refuse SG108
CREATE EXTENSION dblink;

--@stmt create role
--@refuse SG108
CREATE ROLE r;

--@stmt create statistics
--@refuse SG108
CREATE STATISTICS sales.st ON total, card_last4 FROM sales.orders;

--@stmt grant
--@refuse SG108
GRANT SELECT ON hr.employee TO PUBLIC;

--@stmt grant role
--@refuse SG108
GRANT pg_read_all_data TO CURRENT_USER;

--@stmt revoke
--@refuse SG108
REVOKE ALL ON hr.employee FROM PUBLIC;

--@stmt alter table
--@refuse SG108
ALTER TABLE sales.orders DISABLE ROW LEVEL SECURITY;

--@stmt alter role
--@refuse SG108
ALTER ROLE CURRENT_USER SET role = 'x';

--@stmt drop table
--@refuse SG108
DROP TABLE sales.orders;

--@stmt comment
--@refuse SG108
COMMENT ON TABLE sales.orders IS 'x';

--@stmt security label
--@refuse SG108
SECURITY LABEL ON TABLE sales.orders IS 'x';

--@stmt import foreign schema
--@refuse SG108
IMPORT FOREIGN SCHEMA a FROM SERVER b INTO sales;

--@stmt stats
--@refuse SG109
SELECT * FROM pg_stats;

--@stmt stats qualified
--@refuse SG109
SELECT most_common_vals FROM pg_catalog.pg_stats WHERE tablename = 'employee';

--@stmt statistic
--@refuse SG109
SELECT * FROM pg_statistic;

--@stmt stats ext
--@refuse SG109
SELECT * FROM pg_stats_ext;

--@stmt activity
--@refuse SG109
SELECT query FROM pg_stat_activity;

--@stmt activity function
--@refuse SG109
SELECT * FROM pg_stat_get_activity(NULL);

--@stmt stats in subselect
--@refuse SG109
SELECT (SELECT count(*) FROM pg_stats) FROM sales.product;

--@stmt not sql
--@refuse SG111
SELEC 1;

--@stmt unfinished string
--@refuse SG111
SELECT 'x;

--@stmt driver placeholder
--@refuse SG111
SELECT email FROM crm.customer WHERE id = %s;

--@stmt named placeholder
--@refuse SG111
SELECT email FROM crm.customer WHERE id = :id;

--@stmt unbalanced
--@refuse SG111
SELECT (1;

--@stmt begin
--@refuse SG106
BEGIN;

--@stmt commit
--@refuse SG106
COMMIT;

--@stmt rollback
--@refuse SG106
ROLLBACK;

--@stmt input function array
--@refuse SG106
SELECT array_in('{x}', 'public.code'::regtype, -1);

--@stmt input function array by number
--@refuse SG106
SELECT array_in('{x}', 12345, -1);

--@stmt input function record
--@refuse SG106
SELECT record_in('(x,1)', 'public.labelled'::regtype, -1);

--@stmt input function domain
--@refuse SG106
SELECT domain_in('x', 'public.code'::regtype, -1);

--@stmt input function range
--@refuse SG106
SELECT range_in('[1,2)', 'public.span'::regtype, -1);

--@stmt input function multirange
--@refuse SG106
SELECT multirange_in('{[1,2)}', 'public.spans'::regtype, -1);

--@stmt input function qualified
--@refuse SG106
SELECT pg_catalog.array_in('{x}'::cstring, 'public.code'::regtype, -1);

--@stmt input function in from
--@refuse SG106
SELECT * FROM array_in('{x}', 'public.code'::regtype, -1);

--@stmt input function array binary
--@refuse SG106
SELECT array_recv(NULL, 'public.code'::regtype, -1);

--@stmt input function is valid
--@refuse SG106
SELECT pg_input_is_valid('x', 'public.code');

--@stmt advisory lock of the session, tried
--@refuse SG106
SELECT pg_try_advisory_lock(1);

--@stmt seed of random
--@refuse SG106
SELECT setseed(0.5);

--@stmt seed of random from a column
--@refuse SG106
SELECT setseed(c.id / 1000000.0) FROM crm.customer c;

--@stmt sequence by a parameter
--@refuse SG105
SELECT nextval($1);

--@stmt dynamic open
--@refuse SG105
DO $$ DECLARE c refcursor; BEGIN OPEN c FOR EXECUTE format('SELECT 1 FROM %I.employee', 'hr'); END $$;
