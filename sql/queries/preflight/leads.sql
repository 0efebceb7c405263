-- Columns that lead to a subject and may be NULL: how many rows there may be by the statistics, and whether the installing
-- role is itself under the table's row security.
SELECT n.nspname::text, c.relname::text, a.attname::text,
       CASE WHEN c.reltuples >= 0 THEN (s.null_frac * c.reltuples)::bigint END, pg_catalog.row_security_active(c.oid)
FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::name[]), pg_catalog.unnest(%(table_names)s::name[]), pg_catalog.unnest(%(columns)s::name[]))
  AS p (schema_name, table_name, column_name)
JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema_name
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.table_name AND c.relkind IN ('r', 'p')
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = p.column_name AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname
  AND s.inherited = (c.relkind = 'p')
WHERE NOT a.attnotnull
ORDER BY 1, 2, 3;
