-- Records the consent, or the refusal, that a login was just given, such as that of a form for signing up, where the policy permits it
-- (`may_record_consent`). sminion.take_consents enters it into the history with the next call of sminion.maintain.
--
-- It says nothing, and does the same for a person whom nobody knows, one who has consented and one who refused: it adds a row, and reads
-- none of the person. So a login that may do this learns nothing by it; and a consent that was given before stands, whatever it records.
--
-- At most 100 in a transaction, and 6,000 within a minute for each login (SG531), looked up as sminion.open_ticket does.
CREATE FUNCTION sminion.record_consent(
  subject text, purpose text, given boolean, text_sha256 bytea, channel text, actor text DEFAULT NULL, kind text DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET jit = off
AS $sminion$
DECLARE
  who  text := sminion.require_actor(actor);
  way  text := sminion.ticket_text('channel', channel, 80);
  last bigint;
BEGIN
  IF NOT EXISTS (
    SELECT FROM sminion.login_consent l JOIN sminion.purpose w ON w.name = l.purpose AND w.retired_at IS NULL AND w.basis = 'consent'
    WHERE l.login = session_user AND l.purpose = record_consent.purpose)
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG532',
      MESSAGE = format('login `%s` may not record consents to `%s`', session_user, coalesce(sminion.log_text(purpose, 80), 'NULL')),
      HINT = 'Add the purpose to `may_record_consent` of `[login.NAME]` in the policy, and apply it.';
  ELSIF given IS NULL OR way IS NULL OR octet_length(text_sha256) IS DISTINCT FROM 32 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG530',
      MESSAGE = 'a consent is recorded with what was decided, the SHA-256 of the text that the person saw, and the channel',
      HINT = 'Pass all three; the hash is `sha256(convert_to(text, ''UTF8''))`.';
  ELSIF sminion.log_text(subject, 400) IS DISTINCT FROM subject THEN
    -- Here and not in subject_key, which asks whether a row has such a key: the answer would tell.
    RAISE EXCEPTION USING ERRCODE = 'SG504',
      MESSAGE = 'the subject key is empty or cannot be read',
      DETAIL = 'It has control, bidirectional or invisible characters, or more than 400 characters.',
      HINT = 'Pass the key as it stands in the subject column.';
  END IF;
  SELECT i.nth INTO last FROM sminion.consent_inbox i WHERE i.login = session_user ORDER BY i.nth DESC LIMIT 1;
  IF EXISTS (
    SELECT FROM sminion.consent_inbox i
    WHERE i.login = session_user AND i.nth = last - 99 AND i.transaction = pg_current_xact_id_if_assigned())
  OR EXISTS (
    SELECT FROM sminion.consent_inbox i
    WHERE i.login = session_user AND i.nth = last - 5999 AND i.at > clock_timestamp() - interval '1 minute')
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG531',
      MESSAGE = format('login `%s` records too many consents', session_user),
      DETAIL = 'A login records at most 100 in a transaction, and 6000 within a minute.',
      HINT = 'Let a privacy officer import many: `sminion-guard consent import`.';
  END IF;
  INSERT INTO sminion.consent_inbox (nth, subject, purpose, given, text_sha256, channel, actor)
  VALUES (coalesce(last, 0) + 1, sminion.subject_key(subject, kind), purpose, given, text_sha256, way, who);
END
$sminion$;
COMMENT ON FUNCTION sminion.record_consent(text, text, boolean, bytea, text, text, text) IS
  'records the consent or refusal that a login was just given';
