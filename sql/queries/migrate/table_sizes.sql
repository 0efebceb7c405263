-- How large tables are, partitions included, given as schema.table.
SELECT n.nspname || '.' || c.relname,
       (SELECT coalesce(sum(pg_catalog.pg_table_size(t.relid)), 0) FROM pg_catalog.pg_partition_tree(c.oid) t
        WHERE t.isleaf)::bigint + CASE WHEN c.relkind = 'r' AND NOT c.relispartition THEN pg_catalog.pg_table_size(c.oid) ELSE 0 END
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname || '.' || c.relname = ANY (%(names)s::text[])
ORDER BY 1;
