-- Ends an access before its time: from its next statement on, whoever uses the ticket is refused.
CREATE FUNCTION sminion.revoke_ticket(ticket bigint, reason text) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  why text := sminion.require_reason(revoke_ticket.reason);
BEGIN
  UPDATE sminion.ticket k
  SET revoked_at = clock_timestamp(), revoked_by = session_user, revoked_why = why
  WHERE k.id = ticket AND k.revoked_at IS NULL;
  IF FOUND THEN
    PERFORM sminion.record_act('revoke_ticket', jsonb_build_object('ticket', revoke_ticket.ticket), why);
    RETURN true;
  END IF;
  RETURN false;
END
$sminion$;
COMMENT ON FUNCTION sminion.revoke_ticket(bigint, text) IS 'revokes a ticket; false if it had ended already or does not exist';
