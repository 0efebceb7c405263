-- Suspends the processing of many subjects' data, except storage and purposes that see blocked subjects.
CREATE FUNCTION sminion.block_all(subjects text[], reason text, actor text DEFAULT NULL, kind text DEFAULT NULL) RETURNS bigint
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_states(subjects, 'block', NULL, reason, actor, kind)
$sminion$;
COMMENT ON FUNCTION sminion.block_all(text[], text, text, text) IS 'blocks many subjects; how many states changed';
