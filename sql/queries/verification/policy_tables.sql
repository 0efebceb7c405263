-- Tables and partitions that the policy protects, and the type of keys of each kind.
SELECT (SELECT i.subject_keys FROM sminion.policy i) AS subject_keys,
       pg_catalog.array_agg(DISTINCT m.oid) AS oids
FROM sminion.protected_table p
CROSS JOIN LATERAL (
  SELECT pg_catalog.to_regclass(pg_catalog.format('%%I.%%I', p.schema_name, p.table_name))::pg_catalog.oid AS oid
  UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass(pg_catalog.format('%%I.%%I', p.schema_name, p.table_name))) t
) AS m
