DO $sminion$
DECLARE
  owned pg_catalog.regclass;
BEGIN
  FOR owned IN
    SELECT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid AND d.deptype = 'a'
    WHERE s.relkind = 'S' AND d.refobjid = pg_catalog.to_regclass(<<table_literal>>)
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON SEQUENCE %s FROM <<role>>', owned);
  END LOOP;
END
$sminion$
