-- Records a consent to one purpose that rests on consent. Rows become visible to it as they are settled.
--
-- given_at:    when it was given, where that was earlier; what the person decided after that stands.
-- text_sha256: of the text that the person saw.
-- until:       the consent ends by itself; see sminion.expire_consents.
CREATE FUNCTION sminion.give_consent(
  subject text, purpose text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL,
  given_at timestamptz DEFAULT NULL, text_sha256 bytea DEFAULT NULL, channel text DEFAULT NULL, until timestamptz DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_state(subject, 'give_consent', purpose, reason, actor, kind, NULL, given_at, text_sha256, channel, until)
$sminion$;
COMMENT ON FUNCTION sminion.give_consent(text, text, text, text, text, timestamptz, bytea, text, timestamptz) IS
  'records a consent of a subject to a purpose; true if the state changed';
