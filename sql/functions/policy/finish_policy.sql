-- Notes that all objects of the policy in force are in place. Until then `apply` was interrupted, or is at work.
CREATE FUNCTION sminion.finish_policy() RETURNS void
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  UPDATE sminion.policy SET completed_at = clock_timestamp() WHERE completed_at IS NULL;
  SELECT sminion.record_retention()
$sminion$;
