-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, no row of theirs is seen, whatever other policies they have. How it was before is
-- written down for the way back, once.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := <<table_literal>>;
  part   pg_catalog.regclass;
  policy text;
BEGIN
  FOR part IN
    SELECT target UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(target) t
  LOOP
    INSERT INTO sminion.row_security_before (relation, protected, enabled, forced)
    SELECT c.oid, target, c.relrowsecurity, c.relforcerowsecurity FROM pg_catalog.pg_class c WHERE c.oid = part
    ON CONFLICT DO NOTHING;
    EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', part);
    IF part <> target THEN
      -- Both refuse. Without the permissive one PostgreSQL would answer with no rows, and not ask the other.
      FOREACH policy IN ARRAY ARRAY['guard_floor ON %s AS RESTRICTIVE', 'guard_refused ON %s'] LOOP
        EXECUTE pg_catalog.format('DROP POLICY IF EXISTS ' || pg_catalog.replace(policy, ' AS RESTRICTIVE', ''), part);
        EXECUTE pg_catalog.format('CREATE POLICY ' || policy || ' USING ((SELECT sminion.refuse_other_way(%L::regclass, %L::regclass)))',
                                  part, part, target);
      END LOOP;
    END IF;
  END LOOP;
END
$sminion$
