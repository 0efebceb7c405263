-- Records what was done to tell a recipient: told, failed, acknowledged or waived. Telling twice says it once; an acknowledgement stands for
-- the telling too. `waived` is for what is impossible or out of proportion, with the reason (GDPR article 19).
CREATE FUNCTION sminion.settle_obligation(id bigint, what text, how text, actor text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  duty   sminion.obligation;
  row_of sminion.request;
BEGIN
  SELECT o.* INTO duty FROM sminion.obligation o WHERE o.id = settle_obligation.id;
  IF NOT FOUND OR coalesce(settle_obligation.what, '') NOT IN ('told', 'failed', 'acknowledged', 'waived') THEN
    RAISE EXCEPTION USING ERRCODE = 'SG522',
      MESSAGE = CASE WHEN duty.id IS NULL THEN format('there is no obligation %s', coalesce(settle_obligation.id::text, 'NULL'))
        ELSE format('an obligation cannot be `%s`', coalesce(sminion.log_text(settle_obligation.what, 40), 'NULL')) END,
      HINT = 'See `sminion.obligation_status`; say told, failed, acknowledged or waived.';
  END IF;
  -- The request first, as in close_request.
  SELECT r.* INTO row_of FROM sminion.request r WHERE r.id = duty.request FOR UPDATE;
  SELECT o.* INTO duty FROM sminion.obligation o WHERE o.id = settle_obligation.id FOR UPDATE;
  IF settle_obligation.what = 'told' AND duty.told_at IS NOT NULL THEN
    RETURN;
  END IF;
  PERFORM sminion.record_request_event(
    row_of.id, settle_obligation.what, jsonb_build_object('obligation', duty.id, 'recipient', duty.recipient), settle_obligation.how,
    settle_obligation.actor);
  UPDATE sminion.obligation o SET
    attempts = o.attempts + (settle_obligation.what IN ('told', 'failed'))::integer,
    told_at = CASE WHEN settle_obligation.what IN ('told', 'acknowledged') THEN coalesce(o.told_at, clock_timestamp()) ELSE o.told_at END,
    acknowledged_at = CASE settle_obligation.what WHEN 'acknowledged' THEN clock_timestamp() ELSE o.acknowledged_at END,
    waived_at = CASE settle_obligation.what WHEN 'waived' THEN clock_timestamp() ELSE o.waived_at END
  WHERE o.id = duty.id;
END
$sminion$;
COMMENT ON FUNCTION sminion.settle_obligation(bigint, text, text, text) IS 'records what was done to tell a recipient of a request';
