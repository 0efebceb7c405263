-- Records an objection to one purpose that rests on a legitimate interest: hidden at the next statement.
CREATE FUNCTION sminion.object(
  subject text, purpose text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_state(subject, 'object', purpose, reason, actor, kind)
$sminion$;
COMMENT ON FUNCTION sminion.object(text, text, text, text, text) IS
  'records an objection of a subject to a purpose; true if the state changed';
