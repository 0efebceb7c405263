-- Drops the objects named by `keys`, which stand on a column that is about to be altered; the script makes them again.
-- Only where the policy in force is the one that the script was written for.
DO $sminion$
DECLARE
  lifted record;
BEGIN
  IF NOT EXISTS (SELECT FROM sminion.policy p WHERE p.digest = %(digest)s) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG415',
      MESSAGE = 'the policy in force is not the one that the script was written for',
      HINT = 'Write the script again with the policy in force.';
  END IF;
  FOR lifted IN
    SELECT o.reverse, o.as_owner FROM sminion.installed_object o JOIN sminion.object_states() s ON s.key = o.key
    WHERE o.key = ANY (%(keys)s::text[]) AND s.state <> 'MISSING'
    ORDER BY o."position" DESC
  LOOP
    PERFORM pg_catalog.set_config('role', CASE WHEN lifted.as_owner THEN 'sminion_owner' ELSE pg_catalog.current_setting('sminion.installer') END, true);
    EXECUTE lifted.reverse;
    PERFORM pg_catalog.set_config('role', 'sminion_owner', true);
  END LOOP;
END
$sminion$;
