-- What became of each installed object: INSTALLED, ALTERED (its fingerprint is another than after installing) or MISSING;
-- `evidence` is the fingerprint of one that is altered, which for some kinds says what is too much.
CREATE FUNCTION sminion.object_states(OUT key text, OUT digest text, OUT state text, OUT evidence text) RETURNS SETOF record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
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
    evidence := CASE WHEN state = 'ALTERED' THEN answer END;
    RETURN NEXT;
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.object_states() IS 'what apply installed, and whether it is still as it was';
