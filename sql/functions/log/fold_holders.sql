-- The oldest running transactions, for which rows of the journal wait: see sminion.fold. NULL when none waits for them.
CREATE FUNCTION sminion.fold_holders() RETURNS text
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  horizon CONSTANT xid8 := pg_snapshot_xmin(pg_current_snapshot());
BEGIN
  IF NOT EXISTS (SELECT FROM sminion.journal j WHERE j.transaction >= horizon) THEN
    RETURN NULL;
  END IF;
  RETURN sminion.transactions_named(ARRAY(
    SELECT DISTINCT l.virtualtransaction FROM pg_locks l
    WHERE l.locktype = 'transactionid' AND l.granted AND l.mode = 'ExclusiveLock'
      AND l.transactionid::text::bigint = horizon::text::bigint & 4294967295));
END
$sminion$;
COMMENT ON FUNCTION sminion.fold_holders() IS 'the transactions for which rows of the journal wait';
