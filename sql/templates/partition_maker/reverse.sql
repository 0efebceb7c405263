DO $sminion$
DECLARE
  held record;
BEGIN
  FOR held IN
    SELECT DISTINCT p.proname, a.grantee::pg_catalog.regrole AS grantee
    FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = ANY (<<functions>>::pg_catalog.name[])
      AND a.grantee <> p.proowner AND a.grantee <> 0
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION sminion.%I() FROM %s', held.proname, held.grantee);
  END LOOP;
END
$sminion$
