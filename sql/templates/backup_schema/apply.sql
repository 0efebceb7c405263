-- The sequences of the schema, and its tables that the policy does not list. Those with row security of their own are left out:
-- a dump that lacks the rows that it hides would not say so, and without the privilege it fails.
DO $sminion$
DECLARE
  found record;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname = <<schema_literal>>) THEN
    RETURN;
  END IF;
  GRANT USAGE ON SCHEMA <<schema>> TO <<role>>;
  FOR found IN
    SELECT pg_catalog.format('%s %s', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::pg_catalog.regclass) AS object,
           c.relrowsecurity AS hides
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = <<schema_literal>> AND c.relkind IN ('r', 'p', 'S')
      AND NOT EXISTS (
        SELECT FROM pg_catalog.unnest(<<listed>>::text[]) l (name)
        WHERE pg_catalog.to_regclass(l.name) = c.oid
          OR pg_catalog.to_regclass(l.name) IN (SELECT a.relid FROM pg_catalog.pg_partition_ancestors(c.oid) a (relid)))
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON %s FROM <<role>>', found.object);
    IF NOT found.hides THEN
      EXECUTE pg_catalog.format('GRANT SELECT ON %s TO <<role>>', found.object);
    END IF;
  END LOOP;
END
$sminion$
