-- Policies of the application that would hide rows from the role for dumps: restrictive ones for everybody or for a role that it has
-- the rights of, on tables that are named or on their partitions.
SELECT t.name, p.polname::text
FROM pg_catalog.unnest(%(tables)s::text[]) AS t (name)
CROSS JOIN LATERAL (
  SELECT pg_catalog.to_regclass(t.name)::oid UNION SELECT e.relid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass(t.name)) e
) AS r (oid)
JOIN pg_catalog.pg_policy p ON p.polrelid = r.oid AND NOT p.polpermissive AND NOT pg_catalog.starts_with(p.polname::text, 'guard_')
  AND p.polcmd IN ('*', 'r')
LEFT JOIN pg_catalog.pg_roles b ON b.rolname = %(backup)s
WHERE EXISTS (SELECT FROM pg_catalog.unnest(p.polroles) u (oid) WHERE u.oid = 0 OR pg_catalog.pg_has_role(b.oid, u.oid, 'USAGE'))
ORDER BY 1, 2;
