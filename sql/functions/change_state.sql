-- The one way a subject's state changes. In order: take the exclusive lock on the state, for which row triggers take the
-- share lock (so a write either committed before, or sees the new state and is refused); store state and mask; withhold at
-- once what is no longer permitted; queue the rows for settling; write history. Permissions that come back follow with
-- settling, except that what was only withheld stops being withheld.
CREATE FUNCTION sminion.change_state(raw text, event text, purpose text, reason text, actor text) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  key      text := sminion.subject_key(raw);
  in_force sminion.policy;
  before   sminion.subject_state;
  after    sminion.subject_state;
  bit      bigint := 0;
BEGIN
  PERFORM sminion.require_reason(reason);
  SELECT p.* INTO STRICT in_force FROM sminion.policy p;
  IF purpose IS NOT NULL THEN
    bit := sminion.purpose_bit(purpose, event);
  END IF;

  PERFORM sminion.first_sight(key);
  SELECT s.* INTO STRICT before FROM sminion.subject_state s WHERE s.subject = key FOR UPDATE;
  after := before;
  CASE event
    WHEN 'block'              THEN after.blocked := true;
    WHEN 'unblock'            THEN after.blocked := false;
    WHEN 'give_consent'       THEN after.consents := before.consents | bit;
    WHEN 'withdraw_consent'   THEN after.consents := before.consents & ~bit;
    WHEN 'object'             THEN after.objections := before.objections | bit;
    WHEN 'withdraw_objection' THEN after.objections := before.objections & ~bit;
  END CASE;
  after.mask := sminion.mask(in_force, after.blocked, after.consents, after.objections);
  after.epoch := in_force.mask_epoch;

  INSERT INTO sminion.subject_event (subject, event, purpose, reason, actor, epoch)
  VALUES (key, event, purpose, reason, coalesce(nullif(btrim(actor), ''), session_user), in_force.epoch);
  IF after = before THEN
    RETURN false;
  END IF;

  UPDATE sminion.subject_state s
  SET blocked = after.blocked, consents = after.consents, objections = after.objections, mask = after.mask,
      epoch = after.epoch
  WHERE s.subject = key;

  IF before.mask & ~after.mask <> 0 THEN
    INSERT INTO sminion.withheld AS w (subject, denied) VALUES (key, before.mask & ~after.mask)
    ON CONFLICT (subject) DO UPDATE SET denied = w.denied | excluded.denied;
  END IF;
  -- Two steps, since `denied` is never 0: what the new state permits is withheld no longer.
  DELETE FROM sminion.withheld w WHERE w.subject = key AND w.denied & ~after.mask = 0;
  UPDATE sminion.withheld w SET denied = w.denied & ~after.mask WHERE w.subject = key AND w.denied & after.mask <> 0;

  INSERT INTO sminion.unsettled (subject) VALUES (key) ON CONFLICT (subject) DO NOTHING;
  RETURN true;
END
$sminion$;
COMMENT ON FUNCTION sminion.change_state(text, text, text, text, text) IS 'true when the state changed';
