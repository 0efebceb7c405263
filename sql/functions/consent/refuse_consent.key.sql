-- The same for a key of another type than text, such as the number or uuid that stands in the column. It acts as its caller: a cast
-- to text may be somebody's own function.
CREATE FUNCTION sminion.refuse_consent(
  subject anynonarray, purpose text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL,
  given_at timestamptz DEFAULT NULL, text_sha256 bytea DEFAULT NULL, channel text DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.refuse_consent(subject::text, purpose, reason, actor, kind, given_at, text_sha256, channel)
$sminion$;
COMMENT ON FUNCTION sminion.refuse_consent(anynonarray, text, text, text, text, timestamptz, bytea, text) IS
  'records that a subject refused a consent to a purpose; true if the state changed';
