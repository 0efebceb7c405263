-- The same for keys of another type than text, such as the numbers or uuids that stand in the column. It acts as its caller: a cast
-- to text may be somebody's own function.
CREATE FUNCTION sminion.merge_subjects(
  subject anynonarray, other anynonarray, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL,
  other_kind text DEFAULT NULL, request bigint DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.merge_subjects(subject::text, other::text, reason, actor, kind, other_kind, request)
$sminion$;
COMMENT ON FUNCTION sminion.merge_subjects(anynonarray, anynonarray, text, text, text, text, bigint) IS
  'declares two keys to be one person; true if they were two before';
