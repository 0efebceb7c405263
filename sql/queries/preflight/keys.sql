-- The unique keys of tables, each with its columns and their types: whole, valid indexes of columns only.
SELECT n.nspname::text, c.relname::text,
       ARRAY(SELECT a.attname::text FROM pg_catalog.unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (number, place)
             JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
             WHERE k.place <= i.indnkeyatts ORDER BY k.place),
       ARRAY(SELECT pg_catalog.format_type(a.atttypid, NULL)
             FROM pg_catalog.unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (number, place)
             JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
             WHERE k.place <= i.indnkeyatts ORDER BY k.place)
FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::name[]), pg_catalog.unnest(%(table_names)s::name[])) AS p (schema_name, table_name)
JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema_name
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.table_name
JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
ORDER BY 1, 2, 3;
