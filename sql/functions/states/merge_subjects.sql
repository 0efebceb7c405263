-- Declares that two keys belong to one person: what either denies holds for both from now on, and what is decided later under either
-- is decided for both. A read costs nothing more: each key's own state says it.
CREATE FUNCTION sminion.merge_subjects(
  subject text, other text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL, other_kind text DEFAULT NULL,
  request bigint DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.merge_keys('merge_subjects', subject, other, reason, actor, kind, other_kind, request)
$sminion$;
COMMENT ON FUNCTION sminion.merge_subjects(text, text, text, text, text, text, bigint) IS
  'declares two keys to be one person; true if they were two before';
