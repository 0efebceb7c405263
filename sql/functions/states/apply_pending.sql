-- Stores pending changes of at most `subjects` subjects, those whose states nobody holds; returns of how many it did. Part
-- of `settle`, which is never to wait: a state that is locked is passed over, and of those that are just being made only a
-- few are tried, at random, so that none is waited for always.
CREATE FUNCTION sminion.apply_pending(subjects integer) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  keys    text[];
  key     text;
  nothing sminion.pending_change;
  stored  bigint := 0;
BEGIN
  IF NOT EXISTS (SELECT FROM sminion.pending_change) THEN
    RETURN 0;
  END IF;
  FOREACH key IN ARRAY ARRAY(
      SELECT s.subject FROM sminion.subject_state s
      WHERE s.subject IN (SELECT p.subject FROM sminion.pending_change p)
      LIMIT subjects FOR UPDATE SKIP LOCKED)
    || ARRAY(
      SELECT q.subject FROM (
        SELECT DISTINCT p.subject FROM sminion.pending_change p
        WHERE NOT EXISTS (SELECT FROM sminion.subject_state s WHERE s.subject = p.subject)) q
      ORDER BY random() LIMIT 20)
  LOOP
    keys := sminion.lock_person(key, '0');
    IF keys IS NOT NULL THEN
      PERFORM sminion.apply_to_person(keys, nothing);
      stored := stored + 1;
    END IF;
  END LOOP;
  RETURN stored;
END
$sminion$;
