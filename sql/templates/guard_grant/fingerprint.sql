SELECT pg_catalog.string_agg(g.item, ', ' ORDER BY g.item)
FROM (
  SELECT p.oid::pg_catalog.regprocedure::text FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
  WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace
    AND a.grantee = (SELECT pg_catalog.to_regrole(pg_catalog.quote_ident(<<role_literal>>))::oid)
  UNION ALL
  SELECT c.oid::pg_catalog.regclass::text || ' ' || a.privilege_type FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a
  WHERE c.relnamespace = 'sminion'::pg_catalog.regnamespace
    AND a.grantee = (SELECT pg_catalog.to_regrole(pg_catalog.quote_ident(<<role_literal>>))::oid)
  UNION ALL
  SELECT t.attrelid::pg_catalog.regclass::text || '.' || t.attname || ' ' || a.privilege_type
  FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
  -- An array: the server reads it once, and not every column there is for each role.
  WHERE t.attrelid = ANY (ARRAY(
      SELECT c.oid FROM pg_catalog.pg_class c WHERE c.relnamespace = 'sminion'::pg_catalog.regnamespace AND c.relkind <> 'i'))
    AND a.grantee = (SELECT pg_catalog.to_regrole(pg_catalog.quote_ident(<<role_literal>>))::oid)
  UNION ALL
  SELECT 'schema ' || a.privilege_type FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) a
  WHERE n.nspname = 'sminion' AND a.grantee = (SELECT pg_catalog.to_regrole(pg_catalog.quote_ident(<<role_literal>>))::oid)
) AS g (item)
