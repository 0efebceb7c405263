-- Takes the exclusive locks on the states of all keys of a person; these keys, or NULL where they cannot be had within about `patience`.
-- A change of one key is stored under all of these locks, since it counts for the others.
--
-- All or none, and it waits for one state only while it has taken no other: a writer may have that one and wait for these, and PostgreSQL
-- ends whoever looks for the deadlock first. So it waits for the one that was locked, and takes the others if they are free.
CREATE FUNCTION sminion.lock_person(key text, patience text) RETURNS text[]
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  keys  text[];
  one   text;
  first text := key;
  wait  text := patience;
  until timestamptz := clock_timestamp() + patience::interval;
BEGIN
  LOOP
    keys := sminion.same_person(key);
    -- Where the person has one key there is nothing to give back.
    IF keys = ARRAY[key] THEN
      IF NOT sminion.lock_state(key, wait) THEN
        RETURN NULL;
      END IF;
      -- Who merges keys, or ends that, holds these locks: from here on the answer stays.
      IF sminion.same_person(key) = keys THEN
        RETURN keys;
      END IF;
      -- It was merged meanwhile, and is held: nothing more is waited for.
      wait := '0';
      until := clock_timestamp();
    END IF;
    BEGIN
      -- A key that is no longer one of the person's is not waited for.
      IF first = ANY (keys) AND NOT sminion.lock_state(first, wait) THEN
        RETURN NULL;
      END IF;
      FOREACH one IN ARRAY keys LOOP
        IF NOT sminion.lock_state(one, '0') THEN
          first := one;
          RAISE SQLSTATE 'SG538';
        END IF;
      END LOOP;
      IF sminion.same_person(key) = keys THEN
        RETURN keys;
      END IF;
      first := key;
      RAISE SQLSTATE 'SG538';
    EXCEPTION WHEN SQLSTATE 'SG538' THEN
      IF clock_timestamp() >= until THEN
        RETURN NULL;
      END IF;
    END;
  END LOOP;
END
$sminion$;
