-- The same for keys of another type than text, such as the numbers or uuids that stand in the column. It acts as its caller: a cast
-- to text may be somebody's own function.
CREATE FUNCTION sminion.unmerge_subjects(
  subject anynonarray, other anynonarray, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL,
  other_kind text DEFAULT NULL, request bigint DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.unmerge_subjects(subject::text, other::text, reason, actor, kind, other_kind, request)
$sminion$;
COMMENT ON FUNCTION sminion.unmerge_subjects(anynonarray, anynonarray, text, text, text, text, bigint) IS
  'ends that two keys are one person; true if they are two from now on';
