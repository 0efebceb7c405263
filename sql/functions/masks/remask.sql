-- After a change of policy: computes the masks of the next states that still carry an earlier epoch's, and returns how
-- many it did; 0 when all are done. The rows follow with `backfill`, which `apply` has set back. States that somebody has
-- locked are passed over: `settle_status` counts them.
CREATE FUNCTION sminion.remask(batch integer DEFAULT 5000) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '500ms'
SET jit = off
AS $sminion$
DECLARE
  changed bigint;
BEGIN
  PERFORM sminion.require_read_committed();
  UPDATE sminion.subject_state s
  SET mask = sminion.state_mask(p, s), schemas_mask = sminion.schemas_mask(p, s), epoch = p.mask_epoch
  FROM sminion.policy p,
       (SELECT q.subject FROM sminion.subject_state q
        WHERE q.epoch < (SELECT r.mask_epoch FROM sminion.policy r)
        ORDER BY q.subject LIMIT greatest(batch, 1) FOR UPDATE SKIP LOCKED) todo
  WHERE s.subject = todo.subject;
  GET DIAGNOSTICS changed = ROW_COUNT;
  RETURN changed;
END
$sminion$;
COMMENT ON FUNCTION sminion.remask(integer) IS 'updates the masks of states to the purposes in force; returns how many changed: repeat until 0';
