-- What the script of an extension cannot grant: see roles/sminion_owner.sql.
DO $sminion$
BEGIN
  IF (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
    AND NOT pg_catalog.has_parameter_privilege('sminion_owner', 'session_replication_role', 'SET')
  THEN
    GRANT SET ON PARAMETER session_replication_role TO sminion_owner;
  END IF;
END
$sminion$;
