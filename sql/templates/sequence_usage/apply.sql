-- Sequences that the defaults of columns read, whoever owns them, and those that a column owns, of identity columns too:
-- nextval needs USAGE, and so does currval after an INSERT into an identity column. Several tables may share one.
DO $sminion$
DECLARE
  read pg_catalog.regclass;
BEGIN
  FOR read IN
    SELECT DISTINCT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = s.oid
    JOIN pg_catalog.pg_attrdef f ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = f.oid
    WHERE s.relkind = 'S' AND f.adrelid = <<table_literal>>::pg_catalog.regclass
    UNION
    SELECT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
    WHERE s.relkind = 'S' AND d.refobjid = <<table_literal>>::pg_catalog.regclass
  LOOP
    EXECUTE pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO <<role>>', read);
  END LOOP;
END
$sminion$
