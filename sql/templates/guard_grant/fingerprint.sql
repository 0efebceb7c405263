SELECT pg_catalog.string_agg(g.item, ', ' ORDER BY g.item)
FROM (
  SELECT p.oid::pg_catalog.regprocedure::text FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
  JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
  WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = <<role_literal>>
  UNION ALL
  SELECT c.oid::pg_catalog.regclass::text || ' ' || a.privilege_type FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a
  JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
  WHERE c.relnamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = <<role_literal>>
  UNION ALL
  SELECT t.attrelid::pg_catalog.regclass::text || '.' || t.attname || ' ' || a.privilege_type
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute t ON t.attrelid = c.oid, pg_catalog.aclexplode(t.attacl) a
  JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
  WHERE c.relnamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = <<role_literal>>
  UNION ALL
  SELECT 'schema ' || a.privilege_type FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) a
  JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
  WHERE n.nspname = 'sminion' AND r.rolname = <<role_literal>>
) AS g (item)
