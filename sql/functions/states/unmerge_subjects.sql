-- Ends what sminion.merge_subjects declared: each key has its own state again, with what was decided for both meanwhile.
CREATE FUNCTION sminion.unmerge_subjects(
  subject text, other text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL, other_kind text DEFAULT NULL,
  request bigint DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.merge_keys('unmerge_subjects', subject, other, reason, actor, kind, other_kind, request)
$sminion$;
COMMENT ON FUNCTION sminion.unmerge_subjects(text, text, text, text, text, text, bigint) IS
  'ends that two keys are one person; true if they are two from now on';
