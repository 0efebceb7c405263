-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, they have row security and no policy at all.
ALTER TABLE <<table>> ENABLE ROW LEVEL SECURITY;
ALTER TABLE <<table>> FORCE ROW LEVEL SECURITY;
DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT t.relid FROM pg_catalog.pg_partition_tree(<<table_literal>>::pg_catalog.regclass) t WHERE t.level > 0
  LOOP
    EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', part);
    EXECUTE pg_catalog.format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', part);
  END LOOP;
END
$sminion$
