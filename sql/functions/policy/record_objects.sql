-- Notes compiled statements as in place, each with the fingerprint its object has at this moment. All objects of a kind are asked by
-- one query: with one for each, planning them took a quarter of `apply`.
--
-- objects: an array of objects with the columns of sminion.installed_object, but for fingerprint and applied_at.
CREATE FUNCTION sminion.record_objects(objects jsonb) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
DECLARE
  query  text;
  part   jsonb;
  absent text;
  noted  bigint := 0;
  added  bigint;
BEGIN
  FOR query, part IN
    SELECT o ->> 'fingerprint_query', jsonb_agg(o) FROM jsonb_array_elements(objects) o GROUP BY 1
  LOOP
    EXECUTE format($query$
      WITH asked AS MATERIALIZED (
        SELECT o.*, (%s)::text AS fingerprint
        FROM jsonb_to_recordset($1) AS o (
          key text, "position" integer, digest text, reverse text, fingerprint_query text, given jsonb, as_owner boolean)
        OFFSET 0
      ), kept AS (
        INSERT INTO sminion.installed_object AS i (key, "position", digest, reverse, fingerprint_query, given, as_owner, fingerprint)
        SELECT a.key, a."position", a.digest, a.reverse, a.fingerprint_query, a.given, a.as_owner, a.fingerprint
        FROM asked a WHERE a.fingerprint IS NOT NULL
        ON CONFLICT ON CONSTRAINT installed_object_pkey DO UPDATE SET
          "position" = excluded."position", digest = excluded.digest, reverse = excluded.reverse,
          fingerprint_query = excluded.fingerprint_query, given = excluded.given, as_owner = excluded.as_owner,
          fingerprint = excluded.fingerprint, applied_at = clock_timestamp()
        RETURNING 1
      )
      SELECT (SELECT count(*) FROM kept), (SELECT min(a.key) FROM asked a WHERE a.fingerprint IS NULL)
    $query$, query) INTO added, absent USING part;
    IF absent IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'SG406',
        MESSAGE = format('`%s` is not there after it was installed', absent),
        HINT = 'Look for a concurrent change of the schema, then apply again.';
    END IF;
    noted := noted + added;
  END LOOP;
  RETURN noted;
END
$sminion$;
