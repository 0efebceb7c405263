-- Counts what a login writes to the journal, and refuses more than the policy permits within a minute of the clock (SG248): what is
-- written there is kept for long, and no loop may fill the disk with it. Called by row security of the journal, as whoever writes,
-- for a sample of the rows: each unit of 256 KB, of which a row has its entries and 256 bytes, is counted with that chance. While some
-- login has reached its limit, it is called for all rows, and those that were not drawn are compared and not counted.
--
-- The counter is a sequence (sminion.login_load): all sessions of the login share it, and no ROLLBACK takes back what was counted. It
-- is read and set in one step, not in one lock: two sessions that count in the same microseconds may count as one. Whoever calls the
-- function itself only uses up what its own login may write.
CREATE FUNCTION sminion.count_journal(bytes integer, sampled boolean) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET jit = off
AS $sminion$
DECLARE
  seconds   CONSTANT bigint := floor(extract(epoch FROM clock_timestamp()));
  -- since 2025
  minute    CONSTANT bigint := seconds / 60 - 28928160;
  -- with the chance of its rest for one more
  more      CONSTANT bigint := CASE WHEN sampled THEN
    greatest(1, (greatest(bytes, 0)::bigint + 256 + (uuid_hash(gen_random_uuid()) & 262143)) >> 18) ELSE 0 END;
  counter   regclass;
  permitted bigint;
  value     bigint;
  so_far    bigint;
  said      text;
BEGIN
  SELECT to_regclass('sminion.load_' || l.id),
         -- that of another database has no policy here
         coalesce((SELECT max(p.log_mb_per_minute) FROM sminion.login p WHERE p.login = session_user), 2000)
  INTO counter, permitted
  FROM sminion.login_load l WHERE l.login = session_user;
  IF NOT FOUND AND NOT EXISTS (SELECT FROM sminion.login p WHERE p.login = session_user) THEN
    -- neither of the policy nor of another database: the DBA let it in by other means
    RETURN true;
  ELSIF counter IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG248',
      MESSAGE = format('nothing counts what login `%s` writes to the journal', session_user),
      HINT = 'Run `sminion-guard apply`, or `sminion.keep_log_of` for a login of another database.';
  END IF;
  value := coalesce(pg_sequence_last_value(counter), 0);
  IF value >> 32 < minute THEN
    value := minute << 32;
  END IF;
  so_far := value & 4294967295;
  IF so_far + greatest(more, 1) > permitted * 4 THEN
    said := format('login `%s` has written %s MB to the journal within this minute', session_user, permitted);
    -- From the first refusal on, all until the minute is over; one line of the server's log for it.
    IF so_far < 2147483648 THEN
      PERFORM setval(counter, value | 2147483648);
      PERFORM setval('sminion.load_0'::regclass, (seconds / 60 + 1) * 60);
      RAISE LOG USING ERRCODE = 'SG248', MESSAGE = said;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'SG248', MESSAGE = said,
      DETAIL = 'The policy in force permits no more (`log_mb_per_minute`).',
      HINT = 'Find out what writes so much (`sminion.journal_minutes`, `sminion.statement_log`); let applications have logins of their own.';
  ELSIF more > 0 THEN
    PERFORM setval(counter, value + more);
    IF (so_far + more) * 5 / permitted > so_far * 5 / permitted THEN
      INSERT INTO sminion.busy_minute (login, minute, megabytes, permitted)
      VALUES (session_user, to_timestamp(seconds / 60 * 60), (so_far + more) / 4, permitted);
    END IF;
  END IF;
  RETURN true;
END
$sminion$;
COMMENT ON FUNCTION sminion.count_journal(integer, boolean) IS
  'counts what a login writes to the journal, and refuses too much; called by row security of the journal';
