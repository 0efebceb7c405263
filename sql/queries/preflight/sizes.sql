-- Rows of tables as they are estimated, and their bytes without indexes, with those of their partitions.
SELECT p.schema_name::text, p.table_name::text,
       -- Without statistics: what 100 bytes a row would make of its size.
       sum(CASE WHEN c.reltuples >= 0 THEN c.reltuples ELSE pg_catalog.pg_relation_size(c.oid) / 100.0 END)::bigint,
       sum(pg_catalog.pg_table_size(c.oid))::bigint
FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::name[]), pg_catalog.unnest(%(table_names)s::name[])) AS p (schema_name, table_name)
JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema_name
JOIN pg_catalog.pg_class t ON t.relnamespace = n.oid AND t.relname = p.table_name
JOIN pg_catalog.pg_class c ON c.relkind = 'r' AND c.oid = ANY (ARRAY(
  SELECT t.oid UNION SELECT f.relid FROM pg_catalog.pg_partition_tree(t.oid) f))
GROUP BY 1, 2;
