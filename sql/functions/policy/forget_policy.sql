-- Takes the policy out of force after all its objects were undone: no ticket opens anything, no new one is given. History
-- stays until the schema goes.
CREATE FUNCTION sminion.forget_policy() RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  mark name;
BEGIN
  IF EXISTS (SELECT FROM sminion.installed_object) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG407',
      MESSAGE = 'the policy still has objects in place',
      HINT = 'Remove it with `sminion-guard apply --remove`, or by downgrading the migration that applied it.';
  END IF;
  DELETE FROM sminion.explanation;
  DELETE FROM sminion.login;
  DELETE FROM sminion.login_compartment;
  FOR mark IN DELETE FROM sminion.compartment c RETURNING 'mark_' || c.id LOOP
    EXECUTE format('DROP TABLE sminion.%I', mark);
  END LOOP;
  DELETE FROM sminion.protected_table;
  DELETE FROM sminion.policy;
  PERFORM sminion.record_retention();
  DELETE FROM sminion.closed_grant;
  DELETE FROM sminion.row_security_before;
  UPDATE sminion.purpose p SET retired_at = clock_timestamp() WHERE p.retired_at IS NULL;
END
$sminion$;
