-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, no row of theirs is seen, whatever other policies they have. How it was before is
-- written down for the way back, once.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := <<table_literal>>;
  part   pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT target UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(target) t
  LOOP
    INSERT INTO sminion.row_security_before (relation, protected, enabled, forced)
    SELECT c.oid, target, c.relrowsecurity AND NOT u.untagged, c.relforcerowsecurity AND NOT u.untagged
    FROM pg_catalog.pg_class c
    -- closed by the DDL guard, until now: see sminion.ddl_on_tables
    CROSS JOIN LATERAL (SELECT EXISTS (
      SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'guard_untagged')) AS u (untagged)
    WHERE c.oid = part
    ON CONFLICT DO NOTHING;
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged ON %s', part);
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged_refused ON %s', part);
    EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', part);
    IF part <> target THEN
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_floor ON %s', part);
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_refused ON %s', part);
      EXECUTE pg_catalog.format('CREATE POLICY guard_floor ON %s AS RESTRICTIVE USING (sminion.refuse_partition(%L::regclass, %L::regclass<<backup>>))',
                                part, part, target);
      -- Without a permissive policy PostgreSQL would answer with no rows, and not ask the other.
      EXECUTE pg_catalog.format('CREATE POLICY guard_refused ON %s USING (false)', part);
    END IF;
  END LOOP;
END
$sminion$
