-- As sminion.named_subject, by its key, for a column whose subjects are of one of several kinds; NULL, which equals no key, when
-- the ticket names a subject of another kind.
CREATE FUNCTION sminion.named_subject_of_kind(planned name, acting name, kind text) RETURNS text
LANGUAGE sql
STABLE
PARALLEL RESTRICTED
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT (sminion.keys_of_kind(ARRAY[sminion.named_subject(planned, acting)], kind || ':'))[1]
$sminion$;
COMMENT ON FUNCTION sminion.named_subject_of_kind(name, name, text) IS
  'the key of the subject that the ticket names, if it is of this kind';
