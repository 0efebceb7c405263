-- All columns, since pg_dump locks the table, which a privilege on columns does not allow.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := <<table_literal>>;
  part   pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT target UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(target) t
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON TABLE %s FROM <<role>>', part);
    EXECUTE pg_catalog.format('GRANT SELECT ON TABLE %s TO <<role>>', part);
  END LOOP;
END
$sminion$
