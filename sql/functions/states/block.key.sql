-- The same for a key of another type than text, such as the number or uuid that stands in the column. It acts as its caller: a cast
-- to text may be somebody's own function.
CREATE FUNCTION sminion.block(
  subject anynonarray, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL, schemas text[] DEFAULT NULL,
  until timestamptz DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.block(subject::text, reason, actor, kind, schemas, until)
$sminion$;
COMMENT ON FUNCTION sminion.block(anynonarray, text, text, text, text[], timestamptz) IS 'blocks a subject; true if the state changed';
