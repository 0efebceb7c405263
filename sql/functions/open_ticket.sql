-- Writes the committed record of an access and returns its token: `id.secret.role`. The row keeps only the token's hash.
-- The token opens nothing before the transaction that wrote it has committed, and nothing for another login.
--
-- A login opens at most 1,000 tickets in a transaction, and 10,000,000 within an hour (SG226): tickets are kept for ever,
-- and no loop may fill the disk with them. A client opens one in a transaction; a large application whose every request
-- has a reason of its own opens some hundreds in a second, and must not be stopped. The numbers are looked up in an index,
-- nothing is counted, and nobody waits for another session.
--
-- The ticket's number is from no sequence, which would change what lastval() answers the application after its own INSERT:
-- the microseconds since 2025 and nine random bits, so it grows with time, and has 18 digits at most until 2086.
CREATE FUNCTION sminion.open_ticket(
  purpose   text,
  actor     text,
  reason    text,
  schemas   text[] DEFAULT NULL,
  unit      text   DEFAULT NULL,
  basis_ref text   DEFAULT NULL,
  subject   text   DEFAULT NULL,
  "values"  jsonb  DEFAULT NULL,
  kind      text   DEFAULT NULL
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
  chosen    sminion.compartment;
  fitting   integer;
  -- two random UUIDs: 244 random bits, hashed once, of which the token carries 128
  secret    text := left(encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'hex'), 32);
  encrypted boolean := sminion.encrypted();
  ticket_id bigint;
  token     text;
  who       text := sminion.ticket_text('actor', open_ticket.actor, 200);
  what_for  text := sminion.ticket_text('reason', open_ticket.reason, 1000);
  unit_said text := sminion.ticket_text('unit', open_ticket.unit, 200);
  rests_on  text := sminion.ticket_text('basis_ref', open_ticket.basis_ref, 400);
  next      bigint;
  early     text;
BEGIN
  SELECT p.* INTO in_force FROM sminion.policy p;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG208',
      MESSAGE = 'no policy is in force in this database',
      HINT = 'Install one: `sminion-guard apply`.';
  END IF;
  IF who IS NULL OR what_for IS NULL THEN
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
      DETAIL = coalesce(
        (SELECT sminion.changes_since(x.epoch - 1, x.login, x.role) FROM sminion.policy_change x
         WHERE x.login = session_user AND x.purpose = open_ticket.purpose ORDER BY x.epoch DESC LIMIT 1),
        'It holds: ' || (SELECT string_agg(format('`%s`', l.purpose), ', ' ORDER BY l.purpose) FROM sminion.login l
                         WHERE l.login = session_user) || '.',
        'The policy in force does not name the login.'),
      HINT = 'Connect as a login that holds the purpose, or add it to the policy.';
  END IF;
  SELECT p.* INTO STRICT why FROM sminion.purpose p WHERE p.name = open_ticket.purpose AND p.retired_at IS NULL;

  SELECT count(*) INTO fitting FROM sminion.compartment c
  WHERE c.purpose = open_ticket.purpose AND (open_ticket.schemas IS NULL OR c.schemas || c.tables @> open_ticket.schemas);
  IF fitting <> 1 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG213',
      MESSAGE = CASE WHEN fitting = 0
        THEN format('no compartment of purpose `%s` holds all of %s', open_ticket.purpose, open_ticket.schemas)
        ELSE format('purpose `%s` has %s compartments that fit', open_ticket.purpose, fitting) END,
      DETAIL = 'Compartments: ' || coalesce((
        -- by schemas, where these tell the compartments from one another
        SELECT string_agg('{' || array_to_string(CASE WHEN c.alike THEN c.tables ELSE c.schemas END, ', ') || '}', ' '
                          ORDER BY c.role)
        FROM (SELECT c.*, EXISTS (SELECT FROM sminion.compartment o WHERE o.purpose = c.purpose AND o.role <> c.role
                                  AND o.schemas @> c.schemas) AS alike
              FROM sminion.compartment c WHERE c.purpose = open_ticket.purpose) AS c), 'none') || '.',
      HINT = 'Name the schemas or tables you need, all of one compartment: `schemas => ARRAY[...]`.';
  END IF;
  SELECT c.* INTO STRICT chosen FROM sminion.compartment c
  WHERE c.purpose = open_ticket.purpose AND (open_ticket.schemas IS NULL OR c.schemas || c.tables @> open_ticket.schemas);

  -- A login that inherits the role acts with its privileges outside of `enter`, one that may grant it lends them. One that
  -- the policy accepts as an owner could grant itself anything.
  IF NOT held.may_own AND (
    pg_has_role(session_user, chosen.role, 'USAGE') OR pg_has_role(session_user, chosen.role, 'MEMBER WITH ADMIN OPTION'))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG219',
      MESSAGE = format('login `%s` inherits or may grant compartment `%s`', session_user, chosen.role),
      HINT = 'Run `sminion-guard apply`, which repairs the membership, or ask the DBA.';
  END IF;
  IF NOT pg_has_role(session_user, chosen.role, 'MEMBER') THEN
    RAISE EXCEPTION USING ERRCODE = 'SG212',
      MESSAGE = format('login `%s` is not a member of compartment `%s`', session_user, chosen.role),
      HINT = 'Run `sminion-guard apply`.';
  END IF;
  IF why.sees_blocked AND coalesce(open_ticket.subject, '') = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG214',
      MESSAGE = format('purpose `%s` sees blocked subjects, so the ticket must name one', open_ticket.purpose),
      HINT = 'Pass `subject => ...` when you open the ticket.';
  END IF;

  IF open_ticket.kind IS NOT NULL AND open_ticket.subject IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG461',
      MESSAGE = format('the ticket says a kind, `%s`, and names no subject', sminion.log_text(open_ticket.kind, 80)),
      HINT = 'Pass `subject => ...` too, or leave `kind` out.';
  END IF;

  SELECT k.nth + 1 INTO next FROM sminion.ticket k WHERE k.login = session_user ORDER BY k.nth DESC LIMIT 1;
  next := coalesce(next, 1);
  IF next > 1000 THEN
    SELECT CASE WHEN k.nth = next - 1000 THEN '1000 tickets in this transaction' ELSE '10000000 tickets within an hour' END
    INTO early
    FROM sminion.ticket k
    WHERE k.login = session_user AND k.nth IN (next - 1000, next - 10000000) AND (
      k.nth = next - 1000 AND k.writer = pg_current_xact_id()
      OR k.nth = next - 10000000 AND k.opened_at > clock_timestamp() - interval '1 hour')
    LIMIT 1;
    IF early IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'SG226',
        MESSAGE = format('login `%s` has opened %s', session_user, early),
        HINT = 'Open one ticket for what is done by the same actor for the same reason, and use it until it expires, as '
          || 'guarded connections do; let applications have logins of their own.';
    END IF;
  END IF;

  -- A ticket that a crash could lose is no record: a login that commits without waiting for the disk waits here.
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  LOOP
    ticket_id := ((extract(epoch FROM clock_timestamp()) - 1735689600) * 1000000)::bigint * 512
      + ('x' || right(gen_random_uuid()::text, 3))::bit(12)::integer % 512;
    token := ticket_id || '.' || secret || '.' || chosen.role;
    INSERT INTO sminion.ticket (
      id, token_hash, expires_at, login, nth, role, mask, alternating, epoch, require_tls, purpose, basis, basis_ref,
      actor, unit, reason, subject, "values", client_address, encrypted, application
    ) VALUES (
      ticket_id, sha256(convert_to(token, 'UTF8')), clock_timestamp() + in_force.ticket_lifetime, session_user, next,
      chosen.role, chosen.mask, held.may_hold_incompatible, in_force.epoch, in_force.require_tls, open_ticket.purpose,
      why.basis, rests_on, who, unit_said, what_for,
      CASE WHEN open_ticket.subject IS NOT NULL THEN sminion.subject_key(open_ticket.subject, open_ticket.kind) END,
      sminion.ticket_values(open_ticket."values"), inet_client_addr(), encrypted, current_setting('application_name')
    ) ON CONFLICT ON CONSTRAINT ticket_pkey DO NOTHING;
    EXIT WHEN FOUND;
  END LOOP;
  RETURN token;
END
$sminion$;
COMMENT ON FUNCTION sminion.open_ticket(text, text, text, text[], text, text, text, jsonb, text) IS
  'opens a ticket for a purpose and returns its token, for sminion.enter';
