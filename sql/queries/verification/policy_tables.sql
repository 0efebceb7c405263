-- Tables that the policy protects and their partitions, with the name of the table; and the type of keys of each kind.
SELECT (SELECT i.subject_keys FROM sminion.policy i) AS subject_keys,
       coalesce(pg_catalog.jsonb_object_agg(m.oid, p.schema_name || '.' || p.table_name), '{}') AS tables
FROM sminion.protected_table p
CROSS JOIN LATERAL (
  SELECT pg_catalog.to_regclass(pg_catalog.format('%%I.%%I', p.schema_name, p.table_name))::pg_catalog.oid AS oid
  UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass(pg_catalog.format('%%I.%%I', p.schema_name, p.table_name))) t
) AS m
WHERE m.oid IS NOT NULL
