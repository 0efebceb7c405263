-- The other keys of the person who has a key, in order; NULL where it was merged with none. For the views, and for who reads the log.
CREATE FUNCTION sminion.other_keys(subject text) RETURNS text[]
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT nullif(array_remove(sminion.same_person(other_keys.subject), other_keys.subject COLLATE "C"), '{}')
$sminion$;
COMMENT ON FUNCTION sminion.other_keys(text) IS 'the other keys that belong to the person of this one; NULL where there are none';
