-- The columns of tables with their type (that below a domain), the characters that they have room for, whether they must have a value (also by
-- their domain), and whether they are part of a unique index.
SELECT n.nspname::text, c.relname::text, a.attname::text,
       pg_catalog.format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL),
       CASE WHEN coalesce(nullif(t.typbasetype, 0), t.oid) = 'pg_catalog.varchar'::pg_catalog.regtype
              AND greatest(a.atttypmod, t.typtypmod) >= 4 THEN greatest(a.atttypmod, t.typtypmod) - 4 END,
       a.attnotnull OR t.typnotnull,
       EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND a.attnum = ANY (i.indkey))
FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::name[]), pg_catalog.unnest(%(table_names)s::name[])) AS p (schema_name, table_name)
JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema_name
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.table_name
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
ORDER BY 1, 2, a.attnum;
