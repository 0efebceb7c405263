-- Notes one compiled statement as in place, with the fingerprint its object has at this moment.
CREATE FUNCTION sminion.record_object(key text, "position" integer, digest text, reverse text, fingerprint_query text, given jsonb, as_owner boolean) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
DECLARE
  answer text;
BEGIN
  EXECUTE format('SELECT (%s)::text FROM (SELECT $1 AS given) o', fingerprint_query) INTO answer USING given;
  IF answer IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG406',
      MESSAGE = format('`%s` is not there after it was installed', key),
      HINT = 'Look for a concurrent change of the schema, then apply again.';
  END IF;
  INSERT INTO sminion.installed_object AS o (key, "position", digest, reverse, fingerprint_query, given, as_owner, fingerprint)
  VALUES (record_object.key, record_object."position", record_object.digest, record_object.reverse,
          record_object.fingerprint_query, record_object.given, record_object.as_owner, answer)
  ON CONFLICT ON CONSTRAINT installed_object_pkey DO UPDATE SET
    "position" = excluded."position", digest = excluded.digest, reverse = excluded.reverse,
    fingerprint_query = excluded.fingerprint_query, given = excluded.given, as_owner = excluded.as_owner,
    fingerprint = excluded.fingerprint, applied_at = clock_timestamp();
END
$sminion$;
