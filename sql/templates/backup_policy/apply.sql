-- The role for dumps sees every row: of the table, and of each partition, which a dump reads by itself. What keeps others from
-- its rights, and logins of the policy from this role, is sminion.refuse_others.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := <<table_literal>>;
  part   pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT target UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(target) t
  LOOP
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_backup ON %s', part);
    EXECUTE pg_catalog.format('CREATE POLICY guard_backup ON %s FOR SELECT TO <<role>> USING (true)', part);
  END LOOP;
END
$sminion$
