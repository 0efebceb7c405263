-- Records that a person was asked and refused. The state is closed, as it is without a consent; a consent that was given before ends.
--
-- given_at, text_sha256 and channel: as for sminion.give_consent.
CREATE FUNCTION sminion.refuse_consent(
  subject text, purpose text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL,
  given_at timestamptz DEFAULT NULL, text_sha256 bytea DEFAULT NULL, channel text DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_state(subject, 'refuse_consent', purpose, reason, actor, kind, NULL, given_at, text_sha256, channel)
$sminion$;
COMMENT ON FUNCTION sminion.refuse_consent(text, text, text, text, text, timestamptz, bytea, text) IS
  'records that a subject refused a consent to a purpose; true if the state changed';
