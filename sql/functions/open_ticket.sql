-- Writes the committed record of an access and returns its token: `id.secret.role`. The row keeps only the secret's hash.
-- The token opens nothing before the transaction that wrote it has committed, and nothing for another login.
CREATE FUNCTION sminion.open_ticket(
  purpose   text,
  actor     text,
  reason    text,
  schemas   text[] DEFAULT NULL,
  unit      text   DEFAULT NULL,
  basis_ref text   DEFAULT NULL,
  subject   text   DEFAULT NULL
) RETURNS text
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  in_force  sminion.policy;
  held      sminion.login;
  why       sminion.purpose;
  room      sminion.compartment;
  rooms     integer;
  -- two random UUIDs: 244 random bits, hashed once, of which the token carries 128
  secret    text := left(encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'hex'), 32);
  encrypted boolean := coalesce((SELECT s.ssl FROM pg_stat_ssl s WHERE s.pid = pg_backend_pid()), false);
  ticket_id bigint;
BEGIN
  SELECT p.* INTO in_force FROM sminion.policy p;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG208',
      MESSAGE = 'no policy is in force in this database',
      HINT = 'Install one: `sminion-guard apply`.';
  END IF;
  IF coalesce(btrim(open_ticket.actor), '') = '' OR coalesce(btrim(open_ticket.reason), '') = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG215',
      MESSAGE = 'a ticket says who acts and why: actor or reason is empty',
      HINT = 'Pass a non-empty actor and reason.';
  END IF;
  -- No TLS over TCP, no ticket: a token overheard is an access lent (inet_client_addr is NULL on the unix socket).
  IF in_force.require_tls AND inet_client_addr() IS NOT NULL AND NOT encrypted THEN
    RAISE EXCEPTION USING ERRCODE = 'SG211',
      MESSAGE = 'the connection is not encrypted, and the policy requires it',
      HINT = 'Connect with sslmode=verify-full, or through the unix socket.';
  END IF;
  SELECT l.* INTO held FROM sminion.login l WHERE l.login = session_user AND l.purpose = open_ticket.purpose;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG212',
      MESSAGE = format('login `%s` does not hold purpose `%s`', session_user, open_ticket.purpose),
      HINT = 'Connect as a login that holds the purpose, or add it to the policy.';
  END IF;
  SELECT p.* INTO STRICT why FROM sminion.purpose p WHERE p.name = open_ticket.purpose AND p.retired_at IS NULL;

  SELECT count(*) INTO rooms FROM sminion.compartment c
  WHERE c.purpose = open_ticket.purpose AND (open_ticket.schemas IS NULL OR c.schemas @> open_ticket.schemas);
  IF rooms <> 1 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG213',
      MESSAGE = CASE WHEN rooms = 0
        THEN format('no compartment of purpose `%s` holds all of %s', open_ticket.purpose, open_ticket.schemas)
        ELSE format('purpose `%s` has %s compartments that fit', open_ticket.purpose, rooms) END,
      DETAIL = 'Compartments: ' || coalesce((
        SELECT string_agg('{' || array_to_string(c.schemas, ', ') || '}', ' ' ORDER BY c.role)
        FROM sminion.compartment c WHERE c.purpose = open_ticket.purpose), 'none') || '.',
      HINT = 'Name the schemas you need, all of one compartment: `schemas => ARRAY[...]`.';
  END IF;
  SELECT c.* INTO STRICT room FROM sminion.compartment c
  WHERE c.purpose = open_ticket.purpose AND (open_ticket.schemas IS NULL OR c.schemas @> open_ticket.schemas);

  -- A login that inherits the role acts with its privileges outside of `enter`, one that may grant it lends them.
  IF pg_has_role(session_user, room.role, 'USAGE')
     OR pg_has_role(session_user, room.role, 'MEMBER WITH ADMIN OPTION')
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG219',
      MESSAGE = format('login `%s` inherits or may grant compartment `%s`', session_user, room.role),
      HINT = 'Run `sminion-guard apply`, which repairs the membership, or ask the DBA.';
  END IF;
  IF NOT pg_has_role(session_user, room.role, 'MEMBER') THEN
    RAISE EXCEPTION USING ERRCODE = 'SG212',
      MESSAGE = format('login `%s` is not a member of compartment `%s`', session_user, room.role),
      HINT = 'Run `sminion-guard apply`.';
  END IF;
  IF why.sees_blocked AND coalesce(open_ticket.subject, '') = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG214',
      MESSAGE = format('purpose `%s` sees blocked subjects, so the ticket must name one', open_ticket.purpose),
      HINT = 'Pass `subject => ...` when you open the ticket.';
  END IF;

  -- A ticket that a crash could lose is no record: a login that commits without waiting for the disk waits here.
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  INSERT INTO sminion.ticket (
    secret_hash, expires_at, login, role, mask, alternating, epoch, purpose, basis, basis_ref, actor, unit, reason,
    subject, client_address, encrypted, application
  ) VALUES (
    sha256(convert_to(secret, 'UTF8')), clock_timestamp() + in_force.ticket_lifetime, session_user, room.role,
    room.mask, held.may_hold_incompatible, in_force.epoch, open_ticket.purpose, why.basis, open_ticket.basis_ref,
    btrim(open_ticket.actor), open_ticket.unit, btrim(open_ticket.reason),
    CASE WHEN open_ticket.subject IS NOT NULL THEN sminion.subject_key(open_ticket.subject) END,
    inet_client_addr(), encrypted, current_setting('application_name')
  ) RETURNING id INTO ticket_id;
  RETURN ticket_id || '.' || secret || '.' || room.role;
END
$sminion$;
