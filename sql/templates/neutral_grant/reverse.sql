-- Whatever the tables are called now: those of the schema that the role has a privilege on as wholes, which it has on no
-- listed table.
DO $sminion$
DECLARE
  neutral pg_catalog.regclass;
BEGIN
  FOR neutral IN
    SELECT DISTINCT c.oid
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE n.nspname = <<schema_literal>> AND c.relkind IN ('r', 'p') AND r.rolname = <<role_literal>>
      AND a.privilege_type = 'SELECT'
  LOOP
    EXECUTE pg_catalog.format('REVOKE SELECT ON TABLE %s FROM <<role>>', neutral);
  END LOOP;
END
$sminion$
