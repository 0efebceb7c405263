-- The columns of tables as their rules compare them: the type below all domains, `varchar` as the `text` that it is compared
-- as; whether it is computed when it is read; and whether an index finds rows by it.
WITH RECURSIVE base AS (
  SELECT t.oid, t.oid AS of, t.typtype, t.typbasetype FROM pg_catalog.pg_type t
  UNION ALL
  SELECT b.oid, t.oid, t.typtype, t.typbasetype
  FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.typbasetype
  WHERE b.typtype = 'd'
)
SELECT n.nspname::text, c.relname::text, a.attname::text,
       CASE WHEN b.of = 'pg_catalog.varchar'::pg_catalog.regtype THEN 'text' ELSE pg_catalog.format_type(b.of, NULL) END,
       a.attgenerated = 'v',
       EXISTS (SELECT FROM pg_catalog.pg_index i
               WHERE i.indrelid = c.oid AND i.indkey[0] = a.attnum AND i.indpred IS NULL AND i.indisvalid)
FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::name[]), pg_catalog.unnest(%(table_names)s::name[])) AS p (schema_name, table_name)
JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema_name
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.table_name
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN base b ON b.oid = a.atttypid AND b.typtype <> 'd'
ORDER BY 1, 2, a.attnum;
