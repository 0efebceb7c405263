-- As sminion.context, for a table whose subjects are of one of several kinds: the withheld subjects of that kind, each by its key.
CREATE FUNCTION sminion.context_of_kind(planned name, acting name, kind text) RETURNS text[]
LANGUAGE sql
STABLE
PARALLEL RESTRICTED
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.keys_of_kind(sminion.context(planned, acting), kind || ':')
$sminion$;
COMMENT ON FUNCTION sminion.context_of_kind(name, name, text) IS 'as context, with the keys of one kind of subjects';
