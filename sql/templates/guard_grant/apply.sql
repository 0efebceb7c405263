-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = <<role_literal>>
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM <<role>>', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM <<role>>;
GRANT USAGE ON SCHEMA sminion TO <<role>>;
<<grants>>
