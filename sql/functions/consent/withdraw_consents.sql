-- Withdraws a consent of many subjects: hidden from the purpose at the next statement of every session.
CREATE FUNCTION sminion.withdraw_consents(subjects text[], purpose text, reason text, actor text DEFAULT NULL, kind text DEFAULT NULL) RETURNS bigint
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.change_states(subjects, 'withdraw_consent', purpose, reason, actor, kind)
$sminion$;
COMMENT ON FUNCTION sminion.withdraw_consents(text[], text, text, text, text) IS
  'withdraws consents of many subjects; how many states changed';
