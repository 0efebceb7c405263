-- As it was before: a table that had row security of its own keeps it, and so does a partition that was detached since.
DO $sminion$
DECLARE
  before record;
BEGIN
  FOR before IN
    SELECT b.relation, b.enabled, b.forced
    FROM sminion.row_security_before b JOIN pg_catalog.pg_class c ON c.oid = b.relation
    WHERE b.protected = pg_catalog.to_regclass(<<table_literal>>)
  LOOP
    EXECUTE pg_catalog.format('ALTER TABLE %s %s ROW LEVEL SECURITY, %s ROW LEVEL SECURITY', before.relation,
      CASE WHEN before.enabled THEN 'ENABLE' ELSE 'DISABLE' END, CASE WHEN before.forced THEN 'FORCE' ELSE 'NO FORCE' END);
    IF before.relation <> pg_catalog.to_regclass(<<table_literal>>) THEN
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_floor ON %s', before.relation);
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_refused ON %s', before.relation);
    END IF;
  END LOOP;
  DELETE FROM sminion.row_security_before b WHERE b.protected = pg_catalog.to_regclass(<<table_literal>>);
END
$sminion$
