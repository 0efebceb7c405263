-- Records a consent to one purpose that rests on consent. Rows become visible to it as they are settled.
CREATE FUNCTION sminion.give_consent(
  subject text, purpose text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_state(subject, 'give_consent', purpose, reason, actor, kind)
$sminion$;
COMMENT ON FUNCTION sminion.give_consent(text, text, text, text, text) IS
  'records a consent of a subject to a purpose; true if the state changed';
