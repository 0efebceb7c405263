-- Takes the exclusive locks on the states of all keys of a person, in one order; these keys, or NULL where a state cannot be had within
-- `patience`. A change of one key is stored under all of these locks, since it counts for the others.
CREATE FUNCTION sminion.lock_person(key text, patience text) RETURNS text[]
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  keys text[];
  one  text;
  wait text := patience;
BEGIN
  LOOP
    keys := sminion.same_person(key);
    FOREACH one IN ARRAY keys LOOP
      IF NOT sminion.lock_state(one, wait) THEN
        RETURN NULL;
      END IF;
    END LOOP;
    -- Who merges keys, or ends that, holds these locks: from here on the answer stays.
    IF sminion.same_person(key) = keys THEN
      RETURN keys;
    END IF;
    -- Keys that were merged meanwhile may come before those that are locked by now. Whoever waits in another order may meet an officer who
    -- waits for these, and a writer who only waits is ended for the deadlock.
    wait := '2ms';
  END LOOP;
END
$sminion$;
