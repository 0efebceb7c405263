-- Schema `sminion` as it is in a dump: tables and sequences, and no function that others than PUBLIC may call.
DO $sminion$
DECLARE
  held record;
BEGIN
  GRANT USAGE ON SCHEMA sminion TO <<role>>;
  FOR held IN
    SELECT pg_catalog.format('%s %s', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::pg_catalog.regclass) AS object
    FROM pg_catalog.pg_class c
    WHERE c.relnamespace = 'sminion'::pg_catalog.regnamespace AND c.relkind IN ('r', 'p', 'S')
  LOOP
    EXECUTE pg_catalog.format('GRANT SELECT ON %s TO <<role>>', held.object);
  END LOOP;
END
$sminion$
