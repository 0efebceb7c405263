-- Columns of tables that get a new value of their own with each row: identity, a sequence, a random uuid.
SELECT n.nspname::text, c.relname::text, a.attname::text
FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::name[]), pg_catalog.unnest(%(table_names)s::name[])) AS p (schema_name, table_name)
JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema_name
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.table_name
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE a.attidentity <> ''
   OR pg_catalog.pg_get_expr(d.adbin, d.adrelid) ~ '^([a-z_]+\.)?(nextval|gen_random_uuid|uuidv[0-9]|uuid_generate_v[0-9]\w*)\('
ORDER BY 1, 2, 3;
