-- Says why a ticket does not open an access. Apart from sminion.context, which decides on the hot path whether it does.
CREATE FUNCTION sminion.refuse_ticket(token text, planned name, acting name) RETURNS void
LANGUAGE plpgsql
STABLE
PARALLEL RESTRICTED
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  t    sminion.ticket;
  here boolean;
BEGIN
  IF acting <> planned THEN
    RAISE EXCEPTION USING ERRCODE = 'SG217',
      MESSAGE = format('the statement was planned for role `%s` and runs as `%s`', planned, acting),
      HINT = 'Do not change the role while a statement or cursor is open.';
  ELSIF coalesce(token, '') = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG201',
      MESSAGE = 'no ticket: this access has no recorded reason',
      HINT = 'Open a ticket with `sminion.open_ticket`, commit, and activate it with `sminion.enter`.';
  END IF;
  SELECT k.* INTO t FROM sminion.ticket k WHERE k.token_hash = sha256(convert_to(token, 'UTF8'));
  here := (SELECT k.xmin = k.made_in FROM sminion.ticket k WHERE k.id = t.id);
  IF t.id IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG202',
      MESSAGE = 'no ticket has this token',
      DETAIL = 'It was never opened, it was rolled back, it was opened after this transaction took its snapshot, or the token was '
        || 'not passed as `sminion.open_ticket` returned it.',
      HINT = 'Open a ticket with `sminion.open_ticket`, commit, and begin the transaction afterwards.';
  ELSIF t.login <> session_user THEN
    RAISE EXCEPTION USING ERRCODE = 'SG206',
      MESSAGE = format('ticket %s belongs to another login than `%s`', t.id, session_user),
      HINT = 'Open a ticket with the login that uses it.';
  ELSIF t.writer IS NOT DISTINCT FROM pg_current_xact_id_if_assigned() THEN
    RAISE EXCEPTION USING ERRCODE = 'SG203',
      MESSAGE = format('ticket %s is not committed', t.id),
      DETAIL = 'A ticket that can still be rolled back leaves no trace.',
      HINT = 'Commit the transaction that opened the ticket before you use it.';
  ELSIF t.revoked_at IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG205',
      MESSAGE = format('ticket %s was revoked', t.id),
      HINT = 'Ask the privacy officer.';
  ELSIF NOT here THEN
    RAISE EXCEPTION USING ERRCODE = 'SG225',
      MESSAGE = format('ticket %s was opened in the database that this one was restored from', t.id),
      HINT = 'Open a new ticket.';
  ELSIF NOT EXISTS (SELECT FROM sminion.policy) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG208',
      MESSAGE = 'no policy is in force in this database',
      HINT = 'Install one: `sminion-guard apply`.';
  ELSIF (t.epoch >= (SELECT o.since FROM sminion.login_compartment o WHERE o.login = session_user AND o.role = t.role)) IS NOT TRUE
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG208',
      MESSAGE = format('ticket %s was opened under an earlier policy, and what it opens has changed', t.id),
      DETAIL = coalesce(sminion.changes_since(t.epoch, t.login, t.role), 'The policy was removed meanwhile.'),
      HINT = 'Open a new ticket. If that is refused, deploy the application that was written for the policy in force.';
  ELSIF t.expires_at <= clock_timestamp() THEN
    RAISE EXCEPTION USING ERRCODE = 'SG204',
      MESSAGE = format('ticket %s expired at %s', t.id, t.expires_at),
      HINT = 'Open a new ticket.';
  ELSIF t.role <> planned THEN
    RAISE EXCEPTION USING ERRCODE = 'SG207',
      MESSAGE = format('ticket %s opens compartment `%s`, not `%s`', t.id, t.role, planned),
      HINT = 'Activate the ticket with `sminion.enter`, which sets the role too.';
  ELSIF inet_client_addr() IS NOT NULL AND t.require_tls AND NOT sminion.encrypted() THEN
    RAISE EXCEPTION USING ERRCODE = 'SG211',
      MESSAGE = 'the connection is not encrypted, and the policy requires it',
      HINT = 'Connect with sslmode=verify-full, or through the unix socket.';
  ELSIF EXISTS (SELECT FROM pg_cursor() c WHERE c.is_holdable) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG209',
      MESSAGE = 'the session has a WITH HOLD cursor',
      DETAIL = 'It outlives transaction, role and block, so nothing could govern what it holds.',
      HINT = 'Close it, or declare the cursor without WITH HOLD.';
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'SG202', MESSAGE = format('ticket %s does not open this access', t.id);
END
$sminion$;
