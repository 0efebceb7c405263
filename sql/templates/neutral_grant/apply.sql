-- Neutral tables are read by every purpose and written by none: what one purpose could write and all read would be a place
-- where data of incompatible purposes meet. Only tables: a view reads with its owner's rights. A table that shares rows with
-- another one, as parent or child, is left out: the other may be protected. A table that was neutral before and is not now
-- is taken away: it may be listed since, for other purposes.
DO $sminion$
DECLARE
  neutral record;
BEGIN
  FOR neutral IN
    SELECT c.oid::pg_catalog.regclass AS name,
           c.relname::text LIKE ANY (<<patterns>>::text[]) AND c.relname <> ALL (<<listed>>::pg_catalog.name[])
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)
           AND (c.relkind = 'p' OR NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid)) AS meant,
           EXISTS (SELECT FROM pg_catalog.aclexplode(c.relacl) a JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
                   WHERE r.rolname = <<role_literal>> AND a.privilege_type = 'SELECT') AS granted
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = <<schema_literal>> AND c.relkind IN ('r', 'p')
  LOOP
    IF neutral.meant OR neutral.granted THEN
      EXECUTE pg_catalog.format('REVOKE ALL ON TABLE %s FROM <<role>>', neutral.name);
    END IF;
    IF neutral.meant AND EXISTS (
      SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = neutral.name AND p.polname = 'guard_untagged')
    THEN -- closed by the DDL guard, until now: see sminion.ddl_on_tables
      EXECUTE pg_catalog.format('DROP POLICY guard_untagged ON %s', neutral.name);
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged_refused ON %s', neutral.name);
      EXECUTE pg_catalog.format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY', neutral.name);
    END IF;
    IF neutral.meant THEN
      EXECUTE pg_catalog.format('GRANT SELECT ON TABLE %s TO <<role>>', neutral.name);
    END IF;
  END LOOP;
END
$sminion$
