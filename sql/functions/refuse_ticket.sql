-- Says why a ticket does not open an access. Apart from sminion.context, which decides on the hot path whether it does.
CREATE FUNCTION sminion.refuse_ticket(token text, planned name) RETURNS void
LANGUAGE plpgsql
STABLE
PARALLEL RESTRICTED
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  t sminion.ticket;
BEGIN
  SELECT k.* INTO t
  FROM sminion.ticket k
  WHERE k.id = split_part(token, '.', 1)::bigint
    AND k.secret_hash = sha256(convert_to(split_part(token, '.', 2), 'UTF8'))
    AND token = concat_ws('.', k.id, split_part(token, '.', 2), k.role);
  IF t.id IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG202',
      MESSAGE = 'no ticket has this token',
      DETAIL = 'It was never opened, it was rolled back, or it was opened after this transaction took its snapshot.',
      HINT = 'Open a ticket with `sminion.open_ticket`, commit, and begin the transaction afterwards.';
  ELSIF t.login <> session_user THEN
    RAISE EXCEPTION USING ERRCODE = 'SG206',
      MESSAGE = format('ticket %s belongs to another login than `%s`', t.id, session_user),
      HINT = 'Open a ticket with the login that uses it.';
  ELSIF pg_xact_status(t.writer) IS DISTINCT FROM 'committed' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG203',
      MESSAGE = format('ticket %s is not committed', t.id),
      DETAIL = 'A ticket that can still be rolled back leaves no trace.',
      HINT = 'Commit the transaction that opened the ticket before you use it.';
  ELSIF t.revoked_at IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG205',
      MESSAGE = format('ticket %s was revoked', t.id),
      HINT = 'Ask the privacy officer.';
  ELSIF t.epoch IS DISTINCT FROM (SELECT p.epoch FROM sminion.policy p) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG208',
      MESSAGE = format('ticket %s was opened under an earlier policy', t.id),
      HINT = 'Open a new ticket.';
  ELSIF t.expires_at <= clock_timestamp() THEN
    RAISE EXCEPTION USING ERRCODE = 'SG204',
      MESSAGE = format('ticket %s expired at %s', t.id, t.expires_at),
      HINT = 'Open a new ticket.';
  ELSIF t.role <> planned THEN
    RAISE EXCEPTION USING ERRCODE = 'SG207',
      MESSAGE = format('ticket %s opens compartment `%s`, not `%s`', t.id, t.role, planned),
      HINT = 'Activate the ticket with `sminion.enter`, which sets the role too.';
  ELSIF EXISTS (SELECT FROM pg_cursor() c WHERE c.is_holdable) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG209',
      MESSAGE = 'the session has a WITH HOLD cursor',
      DETAIL = 'It outlives transaction, role and block, so nothing could govern what it holds.',
      HINT = 'Close it, or declare the cursor without WITH HOLD.';
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'SG202', MESSAGE = format('ticket %s does not open this access', t.id);
END
$sminion$;
