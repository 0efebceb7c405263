-- Withdraws a consent: hidden from the purpose at the next statement of every session.
CREATE FUNCTION sminion.withdraw_consent(
  subject text, purpose text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL
) RETURNS boolean
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_state(subject, 'withdraw_consent', purpose, reason, actor, kind)
$sminion$;
COMMENT ON FUNCTION sminion.withdraw_consent(text, text, text, text, text) IS
  'withdraws a consent of a subject; true if the state changed';
