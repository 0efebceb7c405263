-- Notes one compiled statement as in place, with the fingerprint its object has at this moment.
CREATE FUNCTION sminion.record_object(key text, "position" integer, digest text, reverse text, fingerprint_query text, given jsonb, as_owner boolean) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  PERFORM sminion.record_objects(jsonb_build_array(jsonb_build_object(
    'key', key, 'position', "position", 'digest', digest, 'reverse', reverse, 'fingerprint_query', fingerprint_query,
    'given', given, 'as_owner', as_owner)));
END
$sminion$;
