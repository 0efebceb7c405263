-- Also on a partition that was detached since.
DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  IF pg_catalog.to_regrole(pg_catalog.quote_ident(<<role_literal>>)) IS NULL THEN
    RETURN;
  END IF;
  FOR part IN
    SELECT c.oid FROM pg_catalog.pg_class c
    WHERE c.oid = pg_catalog.to_regclass(<<table_literal>>) OR c.oid IN (
      SELECT b.relation FROM sminion.row_security_before b WHERE b.protected = pg_catalog.to_regclass(<<table_literal>>))
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON TABLE %s FROM <<role>>', part);
  END LOOP;
END
$sminion$
