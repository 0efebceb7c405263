-- All relations that store rows: tables, partitions also detached ones, parents of inheritance, materialized views; with the columns that
-- store something. TOAST and indexes belong to their tables. Temporary tables of other sessions cannot be read by anybody else.
WITH RECURSIVE base AS (
  SELECT t.oid, t.oid AS root FROM pg_catalog.pg_type t WHERE t.typtype <> 'd'
  UNION ALL
  SELECT t.oid, b.root FROM base b JOIN pg_catalog.pg_type t ON t.typtype = 'd' AND t.typbasetype = b.oid
)
SELECT c.oid, n.nspname AS schema_name, c.relname AS table_name, c.relkind = 'm' AS view, coalesce(m.amname = 'heap', false) AS heap,
       pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
         'name', a.attname, 'type', CASE WHEN t.typnamespace = 'pg_catalog'::pg_catalog.regnamespace THEN t.typname END,
         'category', t.typcategory, 'element', CASE WHEN e.typnamespace = 'pg_catalog'::pg_catalog.regnamespace THEN e.typname END,
         'array', t.typcategory = 'A') ORDER BY a.attnum) AS columns
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_am m ON m.oid = c.relam
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> 'v'
JOIN base b ON b.oid = a.atttypid
JOIN pg_catalog.pg_type t ON t.oid = b.root
LEFT JOIN base eb ON eb.oid = t.typelem
LEFT JOIN pg_catalog.pg_type e ON e.oid = eb.root
WHERE c.relkind IN ('r', 'm') AND c.relispopulated AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  AND (c.relpersistence <> 't' OR c.relnamespace = pg_catalog.pg_my_temp_schema())
GROUP BY c.oid, n.nspname, c.relname, c.relkind, m.amname
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
