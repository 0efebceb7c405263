SELECT pg_catalog.string_agg(g.privilege, ', ' ORDER BY g.privilege)
FROM (
  SELECT a.privilege_type || ' *' FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a
  WHERE c.oid = pg_catalog.to_regclass(<<table_literal>>)
    AND a.grantee = (SELECT pg_catalog.to_regrole(pg_catalog.quote_ident(<<role_literal>>))::oid)
  UNION ALL
  SELECT pg_catalog.concat_ws(' ', a.privilege_type, t.attname) FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
  WHERE t.attrelid = pg_catalog.to_regclass(<<table_literal>>) AND t.attacl IS NOT NULL
    AND a.grantee = (SELECT pg_catalog.to_regrole(pg_catalog.quote_ident(<<role_literal>>))::oid)
) AS g (privilege)
