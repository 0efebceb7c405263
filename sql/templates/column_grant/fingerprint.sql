SELECT pg_catalog.string_agg(g.privilege, ', ' ORDER BY g.privilege)
FROM (
  SELECT a.privilege_type || ' *' FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a
  JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
  WHERE c.oid = pg_catalog.to_regclass(<<table_literal>>) AND r.rolname = <<role_literal>>
  UNION ALL
  SELECT pg_catalog.concat_ws(' ', a.privilege_type, t.attname) FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
  JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
  WHERE t.attrelid = pg_catalog.to_regclass(<<table_literal>>) AND r.rolname = <<role_literal>>
) AS g (privilege)
