-- Lets only ENABLE ALWAYS triggers fire until sminion.end_replica_role, where `sminion_owner` may set that: the guard's own
-- are, and an application's triggers do not hear of masks. They would count retention anew (`updated_at`), publish the row
-- of a person who was just blocked, or refuse; and their code would run as `sminion_owner`.
-- And lets the guard's own row trigger fire, whatever the session said of it: see sminion.set_masks.
-- Returns the setting to go back to. An error in between takes it back by itself, with the subtransaction.
CREATE FUNCTION sminion.begin_replica_role() RETURNS text
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  before CONSTANT text := current_setting('session_replication_role');
BEGIN
  IF coalesce(current_setting('sminion.masks_set', true), '') <> '' THEN
    PERFORM set_config('sminion.masks_set', '', true);
  END IF;
  IF before <> 'replica' AND has_parameter_privilege('sminion_owner', 'session_replication_role', 'SET') THEN
    PERFORM set_config('session_replication_role', 'replica', true);
  END IF;
  RETURN before;
END
$sminion$;
