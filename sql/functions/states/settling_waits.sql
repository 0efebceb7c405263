-- Whether sminion.settle has anything to do: subjects to settle, changes that wait for a lock, new persons, young states.
CREATE FUNCTION sminion.settling_waits() RETURNS boolean
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT EXISTS (SELECT FROM sminion.unsettled) OR EXISTS (SELECT FROM sminion.pending_change)
    OR EXISTS (SELECT FROM sminion.new_subject) OR EXISTS (SELECT FROM sminion.young_state)
$sminion$;
