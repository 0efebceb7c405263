-- Lets one transaction at a time add requests or disclosures: a request that is opened while a disclosure of its person is recorded sees it,
-- or is seen by it. Waits 5 seconds at most: an officer's client may leave a transaction open.
CREATE FUNCTION sminion.lock_obligations() RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s'
AS $sminion$
BEGIN
  LOCK TABLE sminion.disclosure_subject IN SHARE ROW EXCLUSIVE MODE;
EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
  RAISE EXCEPTION USING ERRCODE = 'SG535',
    MESSAGE = 'another officer is recording requests or disclosures, and has not committed',
    DETAIL = format('The register is locked by %s.', sminion.transactions_named(ARRAY(
      SELECT DISTINCT l.virtualtransaction FROM pg_locks l
      WHERE l.relation = 'sminion.disclosure_subject'::regclass AND l.granted AND l.mode = 'ShareRowExclusiveLock'))),
    HINT = 'Call it again when that transaction has ended, or end it.';
END
$sminion$;
