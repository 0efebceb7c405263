DO $sminion$
DECLARE
  held text;
BEGIN
  FOR held IN
    SELECT pg_catalog.format('%s %s', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::pg_catalog.regclass)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, pg_catalog.aclexplode(c.relacl) a
    WHERE n.nspname = 'sminion' AND a.grantee = pg_catalog.to_regrole(pg_catalog.quote_ident(<<role_literal>>))
    UNION ALL
    SELECT pg_catalog.format('SCHEMA %I', n.nspname)
    FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) a
    WHERE n.nspname = 'sminion' AND a.grantee = pg_catalog.to_regrole(pg_catalog.quote_ident(<<role_literal>>))
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON %s FROM <<role>>', held);
  END LOOP;
END
$sminion$
