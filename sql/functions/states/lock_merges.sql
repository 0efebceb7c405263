-- Waits for whoever merges keys, 5 seconds at most, and keeps others from it until the transaction ends.
--
-- alone: for who merges. Otherwise for a change that found a state locked: what the person's keys are is known only afterwards.
CREATE FUNCTION sminion.lock_merges(alone boolean) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s'
AS $sminion$
BEGIN
  IF alone THEN
    LOCK TABLE sminion.subject_merge IN EXCLUSIVE MODE;
  ELSE
    LOCK TABLE sminion.subject_merge IN ROW SHARE MODE;
  END IF;
EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
  -- Of two who wait for one another PostgreSQL ends one after a second.
  RAISE EXCEPTION USING ERRCODE = 'SG538',
    MESSAGE = 'another officer is merging keys of people, and has not committed',
    DETAIL = format('Locked by %s.', sminion.transactions_named(ARRAY(
      SELECT DISTINCT l.virtualtransaction FROM pg_locks l
      WHERE l.relation = 'sminion.subject_merge'::regclass AND l.granted AND l.pid <> pg_backend_pid()
        AND l.mode IN ('ExclusiveLock', 'RowShareLock')))),
    HINT = 'Call it again when that transaction has ended, or end it.';
END
$sminion$;
