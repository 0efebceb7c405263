-- A new partition gets copies of the row triggers of its table, and for each copy PostgreSQL asks whether whoever makes the
-- partition may execute the function. So the owner of a partitioned table may, and of a partition that is partitioned itself: just
-- the functions of these triggers. Nobody can call them, and he cannot name them for a trigger elsewhere without USAGE on schema
-- `sminion`. An owner from before loses it here.
DO $sminion$
DECLARE
  clone pg_catalog.name;
  whose text;
BEGIN
  FOREACH clone IN ARRAY <<functions>>::pg_catalog.name[] LOOP
    FOR whose IN
      SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END
      FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
      WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = clone AND a.grantee <> p.proowner
    LOOP
      EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION sminion.%I() FROM %s', clone, whose);
    END LOOP;
    FOR whose IN
      SELECT DISTINCT c.relowner::pg_catalog.regrole::text
      FROM pg_catalog.pg_partition_tree(<<table_literal>>::pg_catalog.regclass) t JOIN pg_catalog.pg_class c ON c.oid = t.relid
      WHERE c.relkind = 'p' AND c.relowner <> 'sminion_owner'::pg_catalog.regrole
    LOOP
      EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION sminion.%I() TO %s', clone, whose);
    END LOOP;
  END LOOP;
END
$sminion$
