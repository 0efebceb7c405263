-- What became of each installed object: INSTALLED, ALTERED (its fingerprint is another than after installing) or MISSING;
-- `evidence` is the fingerprint of one that is altered, which for some kinds says what is too much.
--
-- All objects of a kind are asked by one query: with one for each, planning them took most of the time.
CREATE FUNCTION sminion.object_states(OUT key text, OUT digest text, OUT state text, OUT evidence text) RETURNS SETOF record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
DECLARE
  query text;
BEGIN
  FOR query IN SELECT DISTINCT o.fingerprint_query FROM sminion.installed_object o LOOP
    RETURN QUERY EXECUTE format($query$
      SELECT f.key, f.digest,
             CASE WHEN f.answer IS NULL THEN 'MISSING' WHEN f.answer = f.fingerprint THEN 'INSTALLED' ELSE 'ALTERED' END,
             CASE WHEN f.answer <> f.fingerprint THEN f.answer END
      FROM (
        SELECT o.key, o.digest, o.fingerprint, (%s)::text AS answer
        FROM sminion.installed_object o WHERE o.fingerprint_query = $1 OFFSET 0
      ) f
    $query$, query) USING query;
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.object_states() IS 'what apply installed, and whether it is still as it was';
