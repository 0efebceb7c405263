-- Tables that the DDL guard closed and that no policy came to name: without one they are nobody's concern.
DO $sminion$
DECLARE
  untagged pg_catalog.regclass;
BEGIN
  FOR untagged IN SELECT DISTINCT p.polrelid::pg_catalog.regclass FROM pg_catalog.pg_policy p WHERE p.polname = 'guard_untagged' LOOP
    EXECUTE pg_catalog.format('DROP POLICY guard_untagged ON %s', untagged);
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged_refused ON %s', untagged);
    EXECUTE pg_catalog.format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY', untagged);
  END LOOP;
END
$sminion$;
