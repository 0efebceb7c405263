DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = <<role_literal>>) THEN
    FOR held IN
      SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
      JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
      WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = <<role_literal>>
    LOOP
      EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM <<role>>', held);
    END LOOP;
    REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM <<role>>;
    REVOKE ALL ON SCHEMA sminion FROM <<role>>;
  END IF;
END
$sminion$
