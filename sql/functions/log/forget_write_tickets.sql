-- Removes the notes of statements that are over: at most 20,000 a call, and none that another call is removing. A note that
-- is seen from another transaction is one of a transaction that has committed. Nothing waits for it: its own transaction
-- only ever adds rows. The caller's transaction is READ COMMITTED (see require_read_committed): a serializable one would
-- conflict with everybody who writes.
CREATE FUNCTION sminion.forget_write_tickets() RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  DELETE FROM sminion.write_ticket w
  WHERE w.ctid = ANY (ARRAY(
    SELECT o.ctid FROM sminion.write_ticket o
    WHERE o.transaction IS DISTINCT FROM pg_current_xact_id_if_assigned()
    LIMIT 20000 FOR UPDATE SKIP LOCKED));
END
$sminion$;
