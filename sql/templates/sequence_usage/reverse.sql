-- A sequence that the default of another table reads, into which the role may insert, stays open to it.
DO $sminion$
DECLARE
  read pg_catalog.regclass;
BEGIN
  FOR read IN
    SELECT q.oid FROM (
    SELECT DISTINCT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = s.oid
    JOIN pg_catalog.pg_attrdef f ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = f.oid
    WHERE s.relkind = 'S' AND f.adrelid = pg_catalog.to_regclass(<<table_literal>>)
    UNION
    SELECT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
    WHERE s.relkind = 'S' AND d.refobjid = pg_catalog.to_regclass(<<table_literal>>)
    ) AS q
    WHERE NOT EXISTS (
      SELECT FROM pg_catalog.pg_depend d
      JOIN pg_catalog.pg_attrdef f ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = f.oid
      WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = q.oid
        AND f.adrelid IS DISTINCT FROM pg_catalog.to_regclass(<<table_literal>>)
        AND EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = <<role_literal>>
                    AND pg_catalog.has_any_column_privilege(r.oid, f.adrelid, 'INSERT')))
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON SEQUENCE %s FROM <<role>>', read);
  END LOOP;
END
$sminion$
