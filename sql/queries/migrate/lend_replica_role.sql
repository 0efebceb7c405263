-- What the script of an extension cannot grant: see roles/sminion_owner.sql. Only there: what a DBA took back elsewhere stays so.
DO $sminion$
BEGIN
  IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
    AND NOT pg_catalog.has_parameter_privilege('sminion_owner', 'session_replication_role', 'SET')
    AND EXISTS (SELECT FROM pg_catalog.pg_extension x WHERE x.extname = 'sminion_guard')
  THEN
    GRANT SET ON PARAMETER session_replication_role TO sminion_owner;
  END IF;
END
$sminion$;
