-- Takes an objection back. Rows become visible again as they are settled.
CREATE FUNCTION sminion.withdraw_objection(
  subject text, purpose text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_state(subject, 'withdraw_objection', purpose, reason, actor, kind)
$sminion$;
COMMENT ON FUNCTION sminion.withdraw_objection(text, text, text, text, text) IS
  'withdraws an objection of a subject; true if the state changed';
