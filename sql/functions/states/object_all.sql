-- Records an objection of many subjects to one purpose that rests on legitimate interest, such as a list of who opted out.
CREATE FUNCTION sminion.object_all(subjects text[], purpose text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL) RETURNS bigint
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_states(subjects, 'object', purpose, reason, actor, kind)
$sminion$;
COMMENT ON FUNCTION sminion.object_all(text[], text, text, text, text) IS
  'records objections of many subjects; how many states changed';
