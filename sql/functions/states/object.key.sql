-- The same for a key of another type than text, such as the number or uuid that stands in the column. It acts as its caller: a cast
-- to text may be somebody's own function.
CREATE FUNCTION sminion.object(
  subject anynonarray, purpose text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.object(subject::text, purpose, reason, actor, kind)
$sminion$;
COMMENT ON FUNCTION sminion.object(anynonarray, text, text, text, text) IS
  'records an objection of a subject to a purpose; true if the state changed';
