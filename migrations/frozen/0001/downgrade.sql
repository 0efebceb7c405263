-- Takes the database side away: schema `sminion` with the whole log in it, and the owner role unless another database of
-- the cluster uses it. Refused while a policy is in place: its row security would go with the functions it calls.
DO $sminion$
BEGIN
  IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
    EXECUTE pg_catalog.format('GRANT sminion_owner TO %I', current_user);
  END IF;
END
$sminion$;
SELECT pg_catalog.set_config('sminion.installer', current_user, true);
SELECT pg_catalog.set_config('role', 'sminion_owner', true);
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM sminion.installed_object) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG407',
      MESSAGE = 'the policy still has objects in place',
      HINT = 'Remove it with `sminion-guard apply --remove`, or by downgrading the migration that applied it.';
  END IF;
END
$sminion$;
SELECT pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
-- The event triggers would refuse what follows. Those of an extension go with it.
DO $sminion$
DECLARE
  made record;
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'sminion_guard') THEN
    DROP EXTENSION sminion_guard;
  END IF;
  FOR made IN
    SELECT e.evtname FROM pg_catalog.pg_event_trigger e JOIN pg_catalog.pg_proc p ON p.oid = e.evtfoid
    JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'sminion'
  LOOP
    EXECUTE pg_catalog.format('DROP EVENT TRIGGER %I', made.evtname);
  END LOOP;
END
$sminion$;
SELECT pg_catalog.set_config('role', 'sminion_owner', true);
DROP SCHEMA IF EXISTS sminion CASCADE;
-- As it is for every role by default: so nothing is left of the entry made by grants.sql.
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON ROUTINES TO PUBLIC;
SELECT pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
DO $sminion$
BEGIN
  IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
    EXECUTE pg_catalog.format('REVOKE sminion_owner FROM %I', current_user);
  END IF;
  IF NOT EXISTS (
    SELECT FROM pg_catalog.pg_shdepend s
    WHERE s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
      AND s.refobjid = 'sminion_owner'::pg_catalog.regrole
      AND s.classid <> 'pg_catalog.pg_parameter_acl'::pg_catalog.regclass
      AND s.dbid <> (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
  ) THEN
    IF pg_catalog.has_parameter_privilege('sminion_owner', 'session_replication_role', 'SET') THEN
      REVOKE SET ON PARAMETER session_replication_role FROM sminion_owner;
    END IF;
    DROP ROLE sminion_owner;
  ELSE
    RAISE NOTICE 'role sminion_owner stays: another database uses it';
  END IF;
END
$sminion$;
