-- Says that a ledger was replayed to its end, and how many of its entries could not be repeated: sminion.accept_restore asks for it.
CREATE FUNCTION sminion.end_replay(ledger text, size bigint, failed bigint, reason text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  own bigint;
  mark xid;
BEGIN
  INSERT INTO sminion.replay AS r (ledger, size, failed, timeline)
  VALUES (end_replay.ledger, end_replay.size, end_replay.failed, sminion.timeline()) RETURNING r.id, r.xmin INTO own, mark;
  UPDATE sminion.replay r SET made = mark WHERE r.id = own;
  PERFORM sminion.record_act('replay', jsonb_build_object('ledger', end_replay.ledger, 'size', end_replay.size, 'failed', end_replay.failed,
    'applied', (SELECT count(*) FROM sminion.replayed p WHERE p.ledger = end_replay.ledger)), sminion.require_reason(end_replay.reason));
END
$sminion$;
COMMENT ON FUNCTION sminion.end_replay(text, bigint, bigint, text) IS 'says that a ledger was replayed to its end';
