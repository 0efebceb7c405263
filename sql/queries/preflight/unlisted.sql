-- Tables, views and columns of protected schemas that the policy does not list: no purpose reaches them. Partitions and children
-- are their parent's; what the guard added is its own.
WITH listed AS (
  SELECT p.schema_name, p.table_name, p.columns
  FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::name[]), pg_catalog.unnest(%(table_names)s::name[]), pg_catalog.unnest(%(listed_columns)s::text[]))
    AS p (schema_name, table_name, columns)
), neutral AS (
  SELECT p.schema_name, p.pattern
  FROM ROWS FROM (pg_catalog.unnest(%(neutral_schemas)s::name[]), pg_catalog.unnest(%(neutral_patterns)s::text[])) AS p (schema_name, pattern)
)
SELECT n.nspname::text, c.relname::text, NULL
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY (%(schemas)s::name[]) AND c.relkind IN ('r', 'p', 'f')
  AND NOT EXISTS (SELECT FROM listed l WHERE l.schema_name = n.nspname AND l.table_name = c.relname)
  AND NOT EXISTS (SELECT FROM neutral e WHERE e.schema_name = n.nspname AND c.relname::text LIKE e.pattern)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
UNION ALL
SELECT n.nspname::text, c.relname::text, a.attname::text
FROM listed l
JOIN pg_catalog.pg_namespace n ON n.nspname = l.schema_name
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = l.table_name AND c.relkind IN ('r', 'p')
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE NOT l.columns::jsonb ? a.attname::text AND a.attname NOT IN ('guard_mask', 'guard_subject')
ORDER BY 1, 2, 3;
