-- Who holds the lock of a subject's state, for messages and the view `pending_changes`. PostgreSQL keeps row locks in the
-- rows: xmax is the transaction that holds it, or the number of a list of several. When neither leads to a running
-- transaction (the state is being made), whoever has locked or made any state is named.
CREATE FUNCTION sminion.state_holders(key text) RETURNS text
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  mark    xid := (SELECT s.xmax FROM sminion.subject_state s WHERE s.subject = key);
  several xid[] := ARRAY[mark];
  holders text[];
BEGIN
  BEGIN
    several := several || ARRAY(SELECT m.xid FROM pg_get_multixact_members(mark) m);
  EXCEPTION WHEN OTHERS THEN
    -- not the number of a list
    NULL;
  END;
  holders := ARRAY(
    SELECT DISTINCT l.virtualtransaction FROM pg_locks l
    WHERE l.locktype = 'transactionid' AND l.granted AND l.mode = 'ExclusiveLock' AND l.transactionid = ANY (several)
      AND l.pid IS DISTINCT FROM pg_backend_pid());
  IF cardinality(holders) = 0 THEN
    holders := ARRAY(
      SELECT DISTINCT l.virtualtransaction FROM pg_locks l
      WHERE l.locktype = 'relation' AND l.granted AND l.pid IS DISTINCT FROM pg_backend_pid()
        AND l.relation = 'sminion.subject_state'::regclass AND l.mode IN ('RowShareLock', 'RowExclusiveLock')
        AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()));
  END IF;
  RETURN sminion.transactions_named(holders);
END
$sminion$;
COMMENT ON FUNCTION sminion.state_holders(text) IS 'who holds the state of a subject locked';
