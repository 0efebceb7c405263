-- Takes the exclusive lock on a subject's state, for which row triggers take the share lock; makes the state when there is
-- none. False when others hold it for longer than `patience`, or are just making it: a writer may keep both as long as it
-- likes, so nobody here waits for one without an end.
--
-- patience: '0' for whoever holds other states: he waits for no state at all.
CREATE FUNCTION sminion.lock_state(key text, patience text) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  before CONSTANT text := current_setting('lock_timeout');
  got    boolean;
BEGIN
  -- No subtransaction where nobody is in the way: a withdrawal of many at once would need one for each.
  PERFORM FROM sminion.subject_state s WHERE s.subject = key FOR UPDATE SKIP LOCKED;
  IF FOUND THEN
    RETURN true;
  ELSIF patience = '0' AND EXISTS (SELECT FROM sminion.subject_state s WHERE s.subject = key) THEN
    RETURN false;
  END IF;
  BEGIN
    PERFORM set_config('lock_timeout', CASE patience WHEN '0' THEN '1ms' ELSE patience END, true);
    PERFORM sminion.make_states(ARRAY[key]);
    IF patience = '0' THEN
      PERFORM FROM sminion.subject_state s WHERE s.subject = key FOR UPDATE SKIP LOCKED;
    ELSE
      PERFORM FROM sminion.subject_state s WHERE s.subject = key FOR UPDATE;
    END IF;
    got := FOUND;
    PERFORM set_config('lock_timeout', before, true);
    RETURN got;
  EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
    RETURN false;
  END;
END
$sminion$;
