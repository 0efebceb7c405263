-- The application's own stay.
DO $sminion$
DECLARE
  own record;
BEGIN
  FOR own IN
    SELECT p.polname FROM pg_catalog.pg_policy p
    WHERE p.polrelid = pg_catalog.to_regclass(<<table_literal>>) AND p.polname LIKE 'guard\_twin\_%'
  LOOP
    EXECUTE pg_catalog.format('DROP POLICY %I ON %s', own.polname, pg_catalog.to_regclass(<<table_literal>>));
  END LOOP;
END
$sminion$
