-- Keeps a certificate of a destruction that is complete; its number. The same one is kept once. It must not have the key: whoever is erased from the
-- log is not in its certificates either. Its SHA-256 stands in the log, so that a certificate that somebody shows later can be checked.
CREATE FUNCTION sminion.keep_certificate(request bigint, document text, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s'
AS $sminion$
DECLARE
  who  CONSTANT text := sminion.require_actor(keep_certificate.actor);
  hash CONSTANT bytea := sha256(convert_to(document, 'UTF8'));
  said jsonb;
  own  sminion.destruction;
  kept sminion.certificate;
BEGIN
  SELECT d.* INTO own FROM sminion.destruction d WHERE d.request = keep_certificate.request FOR UPDATE;
  IF NOT FOUND OR own.completed_at IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG567',
      MESSAGE = format('the data for request %s are not destroyed yet', keep_certificate.request),
      HINT = 'See `sminion.destruction_status`.';
  END IF;
  BEGIN
    said := document::jsonb;
  EXCEPTION WHEN data_exception THEN
    said := NULL;
  END;
  IF jsonb_typeof(said) IS DISTINCT FROM 'object' OR said ->> 'commitment' IS DISTINCT FROM encode(own.commitment, 'hex')
    OR said -> 'subject' IS DISTINCT FROM 'null'::jsonb OR octet_length(document) > 1000000
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG584',
      MESSAGE = 'no certificate of this destruction that may be kept',
      DETAIL = 'It is a JSON object of at most a megabyte, with the `commitment` of the destruction, and `subject` is null.',
      HINT = 'Issue it with `sminion-guard subject certificate`.';
  END IF;
  SELECT c.* INTO kept FROM sminion.certificate c WHERE c.destruction = own.id AND c.sha256 = hash;
  IF FOUND THEN
    RETURN kept.id;
  END IF;
  INSERT INTO sminion.certificate (destruction, actor, document, sha256, keep_until)
  SELECT own.id, who, keep_certificate.document, hash,
         clock_timestamp() + coalesce(v.document #>> '{operator,certificates}', '3 years')::interval
  FROM sminion.policy p JOIN sminion.policy_version v ON v.epoch = p.epoch
  RETURNING * INTO STRICT kept;
  PERFORM sminion.record_request_event(own.request, 'certified', jsonb_build_object(
    'destruction', own.id, 'certificate', kept.id, 'sha256', encode(hash, 'hex'),
    'keep_until', (kept.keep_until AT TIME ZONE 'UTC')::date), 'certificate', who);
  RETURN kept.id;
END
$sminion$;
COMMENT ON FUNCTION sminion.keep_certificate(bigint, text, text) IS 'keeps a certificate of a destruction; its number';
