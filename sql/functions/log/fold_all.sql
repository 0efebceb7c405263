-- Moves all of the journal to the log that can be moved now, and numbers all other events: for functions that change or remove what
-- is in the log. They keep the lock, so nothing is folded before they commit.
CREATE FUNCTION sminion.fold_all() RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  before bigint;
  after  bigint;
  moved  bigint;
BEGIN
  SELECT f.number INTO after FROM sminion.fold_state f FOR UPDATE;
  LOOP
    before := after;
    moved := sminion.fold();
    SELECT f.number INTO after FROM sminion.fold_state f;
    -- NULL before the log has begun.
    EXIT WHEN coalesce(moved, 0) = 0 AND after IS NOT DISTINCT FROM before;
  END LOOP;
END
$sminion$;
