SELECT coalesce(
  (SELECT pg_catalog.string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type) FROM pg_catalog.aclexplode(n.nspacl) a WHERE a.grantee = 0),
  'closed')
FROM pg_catalog.pg_namespace n WHERE n.nspname = <<schema_literal>>
