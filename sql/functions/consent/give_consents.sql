-- Records a consent of many subjects to one purpose that rests on consent, such as an import.
CREATE FUNCTION sminion.give_consents(subjects text[], purpose text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL) RETURNS bigint
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_states(subjects, 'give_consent', purpose, reason, actor, kind)
$sminion$;
COMMENT ON FUNCTION sminion.give_consents(text[], text, text, text, text) IS
  'records consents of many subjects; how many states changed';
