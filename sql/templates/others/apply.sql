-- A view that is not security_invoker reads with its owner's policies, while current_user is who asks: a compartment would
-- then be under none of its own, and under a permissive policy of the application it saw every row. So whoever else holds
-- anything on the table, its owner first, is refused by a policy of its own. Members of the two predefined roles hold it
-- without a grant. Compartments of an earlier policy are left out: their roles are dropped after this.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := <<table_literal>>;
  others text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO others
  FROM pg_catalog.pg_roles r
  WHERE r.rolname <> ALL (<<known>>::name[])
    AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = r.rolname)
    AND (r.rolname IN ('pg_read_all_data', 'pg_write_all_data'<<backup>>)
      OR r.oid IN (
        SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
        WHERE t.attrelid = target AND NOT t.attisdropped));
  DROP POLICY IF EXISTS guard_others ON <<table>>;
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || <<condition>> || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$
