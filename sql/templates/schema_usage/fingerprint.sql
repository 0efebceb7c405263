SELECT pg_catalog.string_agg(a.privilege_type, ' ' ORDER BY a.privilege_type)
FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) a
JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
WHERE n.nspname = <<schema_literal>> AND r.rolname = <<role_literal>>
