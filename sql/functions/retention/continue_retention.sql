-- A batch of expired rows for sminion.maintain: of the table that is due, children before their parents. True where more is to be done.
-- Nothing while a change of the policy is not finished, nor by a rule that has not been in force for a day.
CREATE FUNCTION sminion.continue_retention() RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  own  sminion.retention_rule;
  done record;
BEGIN
  IF NOT EXISTS (SELECT FROM sminion.policy p WHERE p.completed_at IS NOT NULL) THEN
    RETURN false;
  END IF;
  SELECT r.* INTO own FROM sminion.retention_rule r
  WHERE r.retry_at <= clock_timestamp() AND r.since <= clock_timestamp() - interval '1 day'
  ORDER BY r.place LIMIT 1 FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  done := sminion.purge_step(own, 200, false);
  RETURN true;
END
$sminion$;
