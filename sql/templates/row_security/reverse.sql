DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT t.relid FROM pg_catalog.pg_partition_tree(<<table_literal>>::pg_catalog.regclass) t
    UNION SELECT <<table_literal>>::pg_catalog.regclass
  LOOP
    EXECUTE pg_catalog.format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', part);
    EXECUTE pg_catalog.format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', part);
  END LOOP;
END
$sminion$
