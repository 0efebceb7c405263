-- Columns whose values can be counted without code of the application. Of what others may know
-- of a person: texts, whole numbers, days, yes and no, words of a list; no times to the second and no measured numbers. A type of the
-- application's own may have a cast that runs a function of its owner, and a virtual column runs its expression.
WITH RECURSIVE base AS (
  SELECT t.oid, t.oid AS of, t.typtype, t.typbasetype FROM pg_catalog.pg_type t
  UNION ALL
  SELECT b.oid, t.oid, t.typtype, t.typbasetype
  FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.typbasetype
  WHERE b.typtype = 'd'
)
SELECT n.nspname::text, c.relname::text, a.attname::text,
       b.of IN ('pg_catalog.text'::pg_catalog.regtype, 'pg_catalog.varchar'::pg_catalog.regtype, 'pg_catalog.bpchar'::pg_catalog.regtype)
FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::name[]), pg_catalog.unnest(%(table_names)s::name[])) AS p (schema_name, table_name)
JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema_name
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.table_name AND c.relkind IN ('r', 'p')
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> 'v'
JOIN base b ON b.oid = a.atttypid AND b.typtype <> 'd'
WHERE b.typtype = 'e' OR b.of IN (
  'pg_catalog.text'::pg_catalog.regtype, 'pg_catalog.varchar'::pg_catalog.regtype, 'pg_catalog.bpchar'::pg_catalog.regtype,
  'pg_catalog.bool'::pg_catalog.regtype, 'pg_catalog.date'::pg_catalog.regtype, 'pg_catalog.int2'::pg_catalog.regtype,
  'pg_catalog.int4'::pg_catalog.regtype, 'pg_catalog.int8'::pg_catalog.regtype)
ORDER BY 1, 2, 3;
