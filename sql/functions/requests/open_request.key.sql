-- The same for a key of another type than text, such as the number or uuid that stands in the column. It acts as its caller: a cast
-- to text may be somebody's own function.
CREATE FUNCTION sminion.open_request(
  subject anynonarray, request text, reason text, purpose text DEFAULT NULL, trigger text DEFAULT 'request',
  received_at timestamptz DEFAULT NULL, channel text DEFAULT 'other', representative text DEFAULT NULL, unit text DEFAULT NULL,
  actor text DEFAULT NULL, kind text DEFAULT NULL, schemas text[] DEFAULT NULL
) RETURNS bigint
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.open_request(subject::text, request, reason, purpose, trigger, received_at, channel, representative, unit, actor, kind,
    schemas)
$sminion$;
COMMENT ON FUNCTION sminion.open_request(anynonarray, text, text, text, text, timestamptz, text, text, text, text, text, text[]) IS
  'records a request with its term, and does at once what cannot wait; its number';
