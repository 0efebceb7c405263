-- Sequences behind `serial` defaults: nextval needs USAGE (identity columns need nothing).
DO $sminion$
DECLARE
  owned pg_catalog.regclass;
BEGIN
  FOR owned IN
    SELECT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid AND d.deptype = 'a'
    WHERE s.relkind = 'S' AND d.refobjid = <<table_literal>>::pg_catalog.regclass
  LOOP
    EXECUTE pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO <<role>>', owned);
  END LOOP;
END
$sminion$
