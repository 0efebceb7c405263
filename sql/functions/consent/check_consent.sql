-- Refuses facts of a consent that cannot be: a moment in the future, a hash that is none, an end before the beginning.
CREATE FUNCTION sminion.check_consent(given_at timestamptz, text_sha256 bytea, until timestamptz) RETURNS void
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF given_at > clock_timestamp() + interval '1 minute' OR given_at < '1900-01-01' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG530',
      MESSAGE = format('nobody can have decided at %s', given_at),
      HINT = 'Pass the moment of the decision, with its time zone; it may be in the past. Leave it out for now.';
  ELSIF octet_length(text_sha256) <> 32 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG530',
      MESSAGE = format('the hash of the text has %s bytes', octet_length(text_sha256)),
      HINT = 'Pass the SHA-256 of the text that the person saw: `sha256(convert_to(text, ''UTF8''))`.';
  ELSIF until <= coalesce(given_at, clock_timestamp()) OR until = 'infinity' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG530',
      MESSAGE = format('the consent would end at %s, before it was given', until),
      HINT = 'Pass a later moment; leave `until` out for a consent without an end.';
  END IF;
END
$sminion$;
