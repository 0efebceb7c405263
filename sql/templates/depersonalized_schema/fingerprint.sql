SELECT coalesce(
  (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', a.privilege_type, r.rolname), ', ' ORDER BY a.privilege_type, r.rolname)
   FROM pg_catalog.aclexplode(n.nspacl) a LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
   WHERE a.grantee = 0 OR r.rolname = 'sminion_owner'),
  'closed')
FROM pg_catalog.pg_namespace n WHERE n.nspname = <<schema_literal>>
