-- Also on a partition that was detached since.
DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT p.polrelid FROM pg_catalog.pg_policy p
    WHERE p.polname = 'guard_backup' AND (p.polrelid = pg_catalog.to_regclass(<<table_literal>>) OR p.polrelid IN (
      SELECT b.relation FROM sminion.row_security_before b WHERE b.protected = pg_catalog.to_regclass(<<table_literal>>)))
  LOOP
    EXECUTE pg_catalog.format('DROP POLICY guard_backup ON %s', part);
  END LOOP;
END
$sminion$
