-- Whether a query of the guard on a table finds every row there is, until the transaction ends: no trigger can be disabled while
-- the table is locked as for an UPDATE. Raises where it is locked by another.
CREATE FUNCTION sminion.seen_whole(target sminion.protected_table) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  PERFORM sminion.lock_for_update(target);
  RETURN sminion.blindness(target) IS NULL;
EXCEPTION WHEN object_not_in_prerequisite_state OR invalid_column_reference THEN
  -- It is published, and its rows have no identity: no update of it is possible.
  RETURN false;
END
$sminion$;
