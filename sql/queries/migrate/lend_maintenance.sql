-- Who applies a policy also fills in its masks: membership in `<policy>_maintenance`, which decides nothing.
DO $sminion$
DECLARE
  office name := (SELECT p.name || '_maintenance' FROM sminion.policy p);
BEGIN
  IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
     AND NOT EXISTS (
       SELECT FROM pg_catalog.pg_auth_members m
       WHERE m.roleid = office::pg_catalog.regrole AND m.member = current_user::pg_catalog.regrole
         AND m.grantor = current_user::pg_catalog.regrole)
  THEN
    EXECUTE pg_catalog.format('GRANT %I TO %I', office, current_user);
  END IF;
END
$sminion$;
