-- Suspends the processing of a subject's data, except storage and purposes that see blocked subjects.
CREATE FUNCTION sminion.block(subject text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_state(subject, 'block', NULL, reason, actor, kind)
$sminion$;
COMMENT ON FUNCTION sminion.block(text, text, text, text) IS 'blocks a subject; true if the state changed';
