-- Subscriptions into protected tables or their partitions that write as a role which row security binds: the server refuses
-- such a worker its first row. From PostgreSQL 16 on it acts as the owner of the table, unless the subscription says
-- `run_as_owner`; before, always as the owner of the subscription. There the column is missing, and its name means `before`'s.
WITH part AS (
  SELECT pg_catalog.format('%%s.%%s', p.schema_name, p.table_name) AS name, t.relid AS oid
  FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::text[]), pg_catalog.unnest(%(table_names)s::text[])) AS p (schema_name, table_name),
    LATERAL (
      SELECT pg_catalog.to_regclass(pg_catalog.format('%%I.%%I', p.schema_name, p.table_name))
      UNION
      SELECT f.relid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass(pg_catalog.format('%%I.%%I', p.schema_name, p.table_name))) f
    ) t (relid)
), subscription AS (
  SELECT s.* FROM (SELECT true AS subrunasowner) AS before,
    LATERAL (SELECT oid, subname, subowner, subdbid, subrunasowner AS as_owner FROM pg_catalog.pg_subscription) AS s
  WHERE s.subdbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
)
SELECT pg_catalog.quote_ident(s.subname), w.rolname::text, s.as_owner, pg_catalog.array_agg(DISTINCT t.name ORDER BY t.name)
FROM subscription s
JOIN pg_catalog.pg_subscription_rel r ON r.srsubid = s.oid
JOIN part t ON t.oid = r.srrelid
JOIN pg_catalog.pg_class c ON c.oid = r.srrelid
JOIN pg_catalog.pg_roles w ON w.oid = CASE WHEN s.as_owner THEN s.subowner ELSE c.relowner END
WHERE NOT w.rolsuper AND NOT w.rolbypassrls
GROUP BY s.subname, w.rolname, s.as_owner
ORDER BY 1, 2;
