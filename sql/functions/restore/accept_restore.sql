-- Says that what people decided since the backup is in this restored database again, so that tickets are opened. False where it is
-- not taken for a restored one. A ledger must have been replayed in it to its end, without an entry that failed.
--
-- without_ledger: there is none, and the decisions were repeated by hand, or nobody made any.
CREATE FUNCTION sminion.accept_restore(reason text, without_ledger boolean DEFAULT false) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  why   CONSTANT text := sminion.require_reason(accept_restore.reason);
  cause text;
  last  sminion.replay;
BEGIN
  -- One at a time; and what another transaction has just said is seen.
  LOCK TABLE sminion.instance IN SHARE ROW EXCLUSIVE MODE;
  cause := sminion.restored();
  IF cause IS NULL THEN
    RETURN false;
  END IF;
  -- In this database, and since it is known to be restored.
  SELECT r.* INTO last FROM sminion.replay r
  WHERE r.made = r.xmin AND r.timeline = sminion.timeline()
    AND r.ended_at > coalesce((SELECT i.closed_at FROM sminion.instance i), '-infinity')
  ORDER BY r.id DESC LIMIT 1;
  IF NOT coalesce(without_ledger, false) AND (last.failed = 0) IS NOT TRUE THEN
    RAISE EXCEPTION USING ERRCODE = 'SG593',
      MESSAGE = CASE WHEN last.id IS NULL THEN 'no ledger was replayed in this restored database'
        ELSE format('%s entries of the ledger could not be repeated', last.failed) END,
      DETAIL = cause,
      HINT = 'Replay it with `sminion-guard subject ledger replay`; pass `without_ledger => true` where what was decided since is repeated otherwise.';
  END IF;
  PERFORM sminion.mark_instance();
  PERFORM sminion.record_act('accept_restore', jsonb_build_object('cause', cause, 'without_ledger', coalesce(without_ledger, false)), why);
  RETURN true;
END
$sminion$;
COMMENT ON FUNCTION sminion.accept_restore(text, boolean) IS 'opens a restored database again, whose missing decisions were repeated';
