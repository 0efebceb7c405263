-- Columns of tables whose collation is not the database's own and not that of bytes, with its name and whether equality in it
-- is that of bytes. A subject's key is compared as the guard keeps it: two collations for one comparison are an error.
SELECT n.nspname::text, c.relname::text, a.attname::text,
       pg_catalog.quote_ident(cn.nspname) || '.' || pg_catalog.quote_ident(l.collname), l.collisdeterministic,
       pg_catalog.format_type(a.atttypid, a.atttypmod)
FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::name[]), pg_catalog.unnest(%(table_names)s::name[])) AS p (schema_name, table_name)
JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema_name
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.table_name
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
JOIN pg_catalog.pg_namespace cn ON cn.oid = l.collnamespace
WHERE cn.nspname <> 'pg_catalog' OR l.collname NOT IN ('default', 'C')
ORDER BY 1, 2, a.attnum;
