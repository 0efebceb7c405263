-- The epoch of the policy in force; NULL while there is none. A guarded client asks once a second whether it still judges by
-- the policy in force; where it does not, it asks for sminion.session_facts.
CREATE FUNCTION sminion.epoch_in_force() RETURNS integer
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT p.epoch FROM sminion.policy p
$sminion$;
COMMENT ON FUNCTION sminion.epoch_in_force() IS 'number of the policy in force, which every apply of another policy changes';
