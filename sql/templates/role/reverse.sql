DO $sminion$
DECLARE
  target oid := (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = <<role_literal>>);
BEGIN
  IF target IS NULL THEN
    RETURN;
  END IF;
  -- Another database with this policy name still uses the role: it drops it when it goes.
  IF EXISTS (
    SELECT FROM pg_catalog.pg_shdepend s
    WHERE s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND s.refobjid = target
      AND s.dbid <> 0 AND s.dbid <> (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
  ) THEN
    RAISE NOTICE 'role % stays: another database uses it', <<role_literal>>;
    RETURN;
  END IF;
  DROP ROLE <<role>>;
END
$sminion$
