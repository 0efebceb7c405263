-- Keeps others from merging keys, until the transaction ends; tries it for 5 seconds.
--
-- alone: for who merges. Otherwise for a change that found a state locked: what the person's keys are is known only afterwards.
--
-- It never stands in the queue of a lock: the caller may hold states, for which writers wait. Of those who wait for one another PostgreSQL ends
-- whoever looks for the deadlock first, which may be an INSERT of the application.
CREATE FUNCTION sminion.lock_merges(alone boolean) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  FOR attempt IN 1 .. 250 LOOP
    BEGIN
      IF alone THEN
        LOCK TABLE sminion.subject_merge IN EXCLUSIVE MODE NOWAIT;
      ELSE
        LOCK TABLE sminion.subject_merge IN ROW SHARE MODE NOWAIT;
      END IF;
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(0.02);
    END;
  END LOOP;
  RAISE EXCEPTION USING ERRCODE = 'SG538',
    MESSAGE = 'another officer is merging keys of people, and has not committed',
    DETAIL = format('Locked by %s.', sminion.transactions_named(ARRAY(
      SELECT DISTINCT l.virtualtransaction FROM pg_locks l
      WHERE l.relation = 'sminion.subject_merge'::regclass AND l.granted AND l.pid <> pg_backend_pid()
        AND l.mode IN ('ExclusiveLock', 'RowShareLock')))),
    HINT = 'Call it again when that transaction has ended, or end it.';
END
$sminion$;
