-- About how many rows each table has, its partitions together; less than nothing where nobody has counted yet.
SELECT n.nspname::text, c.relname::text,
       coalesce((SELECT pg_catalog.sum(f.reltuples)
                 FROM (SELECT c.oid AS relid UNION SELECT x.relid FROM pg_catalog.pg_partition_tree(c.oid) x WHERE x.isleaf) AS l
                 JOIN pg_catalog.pg_class f ON f.oid = l.relid), 0)::bigint
FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::name[]), pg_catalog.unnest(%(table_names)s::name[])) AS p (schema_name, table_name)
JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema_name
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.table_name AND c.relkind IN ('r', 'p')
ORDER BY 1, 2;
