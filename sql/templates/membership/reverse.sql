DO $sminion$
DECLARE
  target oid := (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = <<role_literal>>);
BEGIN
  -- A membership is cluster-wide: it stays while another database has privileges of the compartment, whose own registry
  -- decides there who gets tickets.
  IF target IS NULL
     OR NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = <<login_literal>>)
     OR EXISTS (
       SELECT FROM pg_catalog.pg_shdepend s
       WHERE s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND s.refobjid = target
         AND s.dbid <> 0 AND s.dbid <> (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()))
  THEN
    RETURN;
  END IF;
  REVOKE <<role>> FROM <<login>>;
END
$sminion$
