-- Stores a changed state, whose exclusive lock the caller holds: withholds at once what is no longer permitted, stops withholding what is
-- permitted again, and queues the rows for settling. True when it changed.
--
-- change: the event by which it changed.
-- again:  queues the rows also where nothing changed: those written meanwhile permit less than they may.
CREATE FUNCTION sminion.store_state(
  before sminion.subject_state, changed sminion.subject_state, change bigint, again boolean
) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  in_force sminion.policy;
  was      CONSTANT bigint := (before).mask;
  after    sminion.subject_state;
  -- what rows permit at least: those in the schemas of a limited block
  lowest   bigint;
  lost     bigint;
BEGIN
  after := changed;
  SELECT p.* INTO STRICT in_force FROM sminion.policy p;
  after.mask := sminion.state_mask(in_force, after);
  after.schemas_mask := sminion.schemas_mask(in_force, after);
  after.epoch := in_force.mask_epoch;
  lowest := coalesce(after.schemas_mask, after.mask);
  -- Rows in a schema that is blocked now permitted what the mask said, or what the mask of blocked schemas said where it was one.
  lost := was & ~after.mask;
  IF after.schemas_mask IS NOT NULL THEN
    lost := lost | (~after.schemas_mask & CASE WHEN EXISTS (
      SELECT FROM unnest(after.blocked_schemas || after.others_blocked_schemas) AS n (name)
      WHERE NOT sminion.blocked_in((before).blocked_schemas, (before).others_blocked_schemas, n.name))
      THEN was ELSE coalesce((before).schemas_mask, was) END);
  END IF;
  IF lost <> 0 THEN
    INSERT INTO sminion.withheld AS w (subject, change, denied) VALUES (after.subject, store_state.change, lost)
    ON CONFLICT ON CONSTRAINT withheld_pkey DO UPDATE SET denied = w.denied | excluded.denied;
  END IF;
  -- Two steps, since `denied` is never 0: what the new state permits everywhere is withheld no longer, unless a change that became
  -- pending meanwhile denies it.
  DELETE FROM sminion.withheld w
  WHERE w.subject = after.subject AND w.denied & ~lowest = 0
    AND NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.id = w.change);
  UPDATE sminion.withheld w SET denied = w.denied & ~lowest
  WHERE w.subject = after.subject AND w.denied & lowest <> 0
    AND NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.id = w.change);
  IF after = before AND NOT again THEN
    RETURN false;
  END IF;
  UPDATE sminion.subject_state s
  SET blocked = after.blocked, consents = after.consents, objections = after.objections, mask = after.mask,
      epoch = after.epoch, erased = after.erased, others_blocked = after.others_blocked, blocked_schemas = after.blocked_schemas,
      others_blocked_schemas = after.others_blocked_schemas, schemas_mask = after.schemas_mask, others_denied = after.others_denied
  WHERE s.subject = after.subject;
  INSERT INTO sminion.unsettled (subject) VALUES (after.subject);
  RETURN true;
END
$sminion$;
