-- Drops the marks of compartments that the policy in force no longer has. It waits for transactions that are marked with one.
CREATE FUNCTION sminion.drop_marks() RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  mark name;
BEGIN
  FOR mark IN
    SELECT r.relname FROM pg_class r
    WHERE r.relnamespace = 'sminion'::regnamespace AND r.relkind = 'r' AND r.relname ~ '^mark_[0-9]+$'
      AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE r.relname = 'mark_' || c.id)
  LOOP
    EXECUTE format('DROP TABLE sminion.%I', mark);
  END LOOP;
END
$sminion$;
