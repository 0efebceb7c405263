-- A batch of the destruction that waits longest: one that was interrupted or stuck, or of which a hold has ended. True where more is to be done.
CREATE FUNCTION sminion.continue_destructions() RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  own  sminion.destruction;
  over text[];
  done record;
BEGIN
  WITH ended AS (
    UPDATE sminion.hold h SET ended = true
    WHERE h.id IN (SELECT o.id FROM sminion.hold o WHERE NOT o.ended AND (o.released_at IS NOT NULL OR o.until <= clock_timestamp())
                   LIMIT 1000 FOR UPDATE SKIP LOCKED)
    RETURNING h.subject
  )
  SELECT array_agg(DISTINCT e.subject) INTO over FROM ended e;
  UPDATE sminion.destruction d SET completed_at = NULL, retry_at = clock_timestamp()
  WHERE d.subject = ANY (over) AND EXISTS (SELECT FROM sminion.destruction_table t WHERE t.destruction = d.id AND t.state = 'held');

  SELECT d.* INTO own FROM sminion.destruction d
  WHERE d.completed_at IS NULL AND d.subject IS NOT NULL AND d.retry_at <= clock_timestamp()
  ORDER BY d.retry_at LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  done := sminion.destroy_step(own, 200);
  RETURN done.state = 'working';
END
$sminion$;
