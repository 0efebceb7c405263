-- Triggers of the application that fire when the guard sets a mask: on UPDATE, without a list of columns that leaves
-- `guard_mask` out or a WHEN that asks for `sminion_owner`. With the replica role those that are ALWAYS or REPLICA, without
-- it those that are ALWAYS or as usual. A partition's own are named with the partition.
SELECT f.relid::text, t.tgname, pg_catalog.pg_get_triggerdef(t.oid), t.tgenabled::text,
       pg_catalog.has_parameter_privilege('sminion_owner', 'session_replication_role', 'SET')
FROM unnest(%(table_schemas)s::text[], %(table_names)s::text[]) AS w (schema_name, table_name)
JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(pg_catalog.format('%%I.%%I', w.schema_name, w.table_name))
CROSS JOIN LATERAL (
  SELECT c.oid::pg_catalog.regclass UNION SELECT p.relid FROM pg_catalog.pg_partition_tree(c.oid) p) AS f (relid)
JOIN pg_catalog.pg_trigger t ON t.tgrelid = f.relid AND NOT t.tgisinternal AND t.tgparentid = 0
WHERE t.tgname !~ '^~guard_' AND t.tgtype & 16 <> 0
  AND t.tgenabled = ANY (CASE
    WHEN pg_catalog.has_parameter_privilege('sminion_owner', 'session_replication_role', 'SET') THEN '{A,R}'::"char"[]
    ELSE '{A,O}'::"char"[] END)
  AND (pg_catalog.cardinality(t.tgattr::int2[]) = 0 OR EXISTS (
    SELECT FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = t.tgrelid AND a.attname = 'guard_mask' AND a.attnum = ANY (t.tgattr::int2[])))
  AND pg_catalog.pg_get_triggerdef(t.oid) !~ ' WHEN .*sminion_owner.* EXECUTE '
ORDER BY 1, 2;
