-- Lets one transaction at a time add requests or disclosures: a request that is opened while a disclosure of its person is recorded sees it,
-- or is seen by it. Tries it for 5 seconds: an officer's client may leave a transaction open. Like sminion.lock_merges it never stands in the
-- queue of the lock, since the caller holds states.
CREATE FUNCTION sminion.lock_obligations() RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  FOR attempt IN 1 .. 250 LOOP
    BEGIN
      LOCK TABLE sminion.register_lock IN SHARE ROW EXCLUSIVE MODE NOWAIT;
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(0.02);
    END;
  END LOOP;
  RAISE EXCEPTION USING ERRCODE = 'SG535',
    MESSAGE = 'another officer is recording requests or disclosures, and has not committed',
    DETAIL = format('The register is locked by %s.', sminion.transactions_named(ARRAY(
      SELECT DISTINCT l.virtualtransaction FROM pg_locks l
      WHERE l.relation = 'sminion.register_lock'::regclass AND l.granted AND l.mode = 'ShareRowExclusiveLock'))),
    HINT = 'Call it again when that transaction has ended, or end it.';
END
$sminion$;
