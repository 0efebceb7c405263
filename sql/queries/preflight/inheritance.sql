-- Where a protected table stands in a tree of tables: as a child, as a parent of more than partitions, or above a partition
-- that cannot be protected.
WITH protected AS (
  SELECT c.oid, pg_catalog.format('%%s.%%s', n.nspname, c.relname) AS name
  FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::name[]), pg_catalog.unnest(%(table_names)s::name[])) AS p (schema_name, table_name)
  JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema_name
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.table_name
)
SELECT 'child', p.name, i.inhparent::pg_catalog.regclass::text
FROM protected p JOIN pg_catalog.pg_inherits i ON i.inhrelid = p.oid
UNION ALL
SELECT 'parent', p.name, i.inhrelid::pg_catalog.regclass::text
FROM protected p JOIN pg_catalog.pg_inherits i ON i.inhparent = p.oid
JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
WHERE NOT c.relispartition
UNION ALL
SELECT 'foreign', p.name, c.oid::pg_catalog.regclass::text
FROM protected p, pg_catalog.pg_partition_tree(p.oid::pg_catalog.regclass) t
JOIN pg_catalog.pg_class c ON c.oid = t.relid
WHERE c.relkind = 'f'
ORDER BY 2, 1, 3;
