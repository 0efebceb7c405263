-- What became of each installed object: INSTALLED, ALTERED (its fingerprint is another than after installing) or MISSING.
CREATE FUNCTION sminion.object_states(OUT key text, OUT digest text, OUT state text) RETURNS SETOF record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  entry  sminion.installed_object;
  answer text;
BEGIN
  FOR entry IN SELECT o.* FROM sminion.installed_object o ORDER BY o."position" LOOP
    EXECUTE entry.fingerprint_query INTO answer;
    key := entry.key;
    digest := entry.digest;
    state := CASE WHEN answer IS NULL THEN 'MISSING' WHEN answer = entry.fingerprint THEN 'INSTALLED' ELSE 'ALTERED' END;
    RETURN NEXT;
  END LOOP;
END
$sminion$;
