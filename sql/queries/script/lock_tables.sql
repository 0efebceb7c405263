-- Locks them before the first change, as `apply` does: all of them within half a second, or none, by attempts with growing
-- pauses. So nobody who reads or writes waits longer than an attempt, and the server cancels nobody for a deadlock.
DO $sminion$
DECLARE
  tables  CONSTANT text[] := ARRAY(SELECT pg_catalog.json_array_elements_text(pg_catalog.current_setting('sminion.tables')::json));
  before  CONSTANT text := pg_catalog.current_setting('lock_timeout');
  pause   double precision := 0.05;
  name    text;
  until   timestamptz;
  in_time boolean;
BEGIN
  FOR attempt IN 1..12 LOOP
    until := pg_catalog.clock_timestamp() + interval '500 ms';
    in_time := true;
    BEGIN
      FOREACH name IN ARRAY tables LOOP
        PERFORM pg_catalog.set_config('lock_timeout', greatest(
          1, pg_catalog.floor(1000 * extract(epoch FROM until - pg_catalog.clock_timestamp())))::text, true);
        EXECUTE pg_catalog.format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', name);
      END LOOP;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      in_time := false;
    END;
    IF in_time THEN
      PERFORM pg_catalog.set_config('lock_timeout', before, true);
      RETURN;
    END IF;
    PERFORM pg_catalog.pg_sleep(pause);
    pause := least(2 * pause, 1);
  END LOOP;
  RAISE EXCEPTION USING ERRCODE = 'SG410',
    MESSAGE = 'the tables that the policy changes cannot be locked',
    DETAIL = 'Other sessions hold locks on them, or took turns in locking them.',
    HINT = 'End these transactions (see pg_locks), or run the script at a quieter time: nothing was changed.';
END
$sminion$;
