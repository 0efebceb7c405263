-- Columns of protected tables that were added after the guard's own: nobody decided yet what they are.
SELECT n.nspname::text, c.relname::text, a.attname::text
FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::name[]), pg_catalog.unnest(%(table_names)s::name[])) AS p (schema_name, table_name)
JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema_name
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.table_name
JOIN pg_catalog.pg_attribute g ON g.attrelid = c.oid AND g.attname = 'guard_mask'
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > g.attnum AND NOT a.attisdropped;
