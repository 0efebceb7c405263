-- The mask of a subject that row triggers do not know yet: its default state is recorded, so that there is a row to lock.
-- NULL is nobody's subject, and permits nothing.
CREATE FUNCTION sminion.first_sight(key text) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  permitted bigint;
BEGIN
  IF coalesce(key, '') = '' THEN
    RETURN 0;
  END IF;
  INSERT INTO sminion.subject_state (subject, mask, epoch)
  SELECT key, sminion.mask(p, false, 0, 0), p.mask_epoch FROM sminion.policy p
  ON CONFLICT (subject) DO NOTHING;
  SELECT s.mask INTO permitted FROM sminion.subject_state s WHERE s.subject = key FOR SHARE;
  -- Without a policy in force there is no state, and nothing is permitted.
  RETURN coalesce(permitted, 0);
END
$sminion$;
