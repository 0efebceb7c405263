-- Writes the committed record of an access and returns its token: `id.secret.role`. The row keeps only the token's hash.
-- The token opens nothing before the transaction that wrote it has committed, and nothing for another login.
--
-- A guarded session passes the secret, so that it can use the token before it has read the answer: the ticket, BEGIN and
-- the first statement are one message. Who passes a poor one lends the access to other sessions of its own login, as it
-- could by passing the token on.
--
-- A login opens at most 1,000 tickets in a transaction and 10,000,000 within an hour (SG226), and within a minute as many as
-- the policy permits it, 60,000 by default (SG247): tickets are kept for long, and no loop may fill the disk with them. A client opens one in
-- a transaction; a large application whose every request has a reason of its own opens some hundreds in a second, and must
-- not be stopped. The numbers are looked up in an index, nothing is counted, and nobody waits for another session.
--
-- The ticket's number is from no sequence, which would change what lastval() answers the application after its own INSERT:
-- the microseconds since 2025 and nine random bits, so it grows with time, and has 18 digits at most until 2086.
--
-- A database that was restored from a backup gives none (SG250), until somebody says that what people decided since is there
-- again: see sminion.restored.
--
-- Many requests of an application wait for it, so what can be asked at once is asked in one query, and what is unusual (a
-- refusal, texts that must be cleaned, values) in functions of its own: each query and each function costs its own start.
-- Without sequential scans and JIT as sminion.context.
CREATE FUNCTION sminion.open_ticket(
  purpose   text,
  actor     text,
  reason    text,
  schemas   text[] DEFAULT NULL,
  unit      text   DEFAULT NULL,
  basis_ref text   DEFAULT NULL,
  subject   text   DEFAULT NULL,
  "values"  jsonb  DEFAULT NULL,
  kind      text   DEFAULT NULL,
  secret    text   DEFAULT NULL,
  disclosure bigint DEFAULT NULL
) RETURNS text
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET jit = off
AS $sminion$
#variable_conflict use_column
DECLARE
  who          sminion.actor_text;
  what_for     sminion.reason_text;
  unit_said    sminion.unit_text;
  rests_on     sminion.basis_text;
  valued       sminion.values_json := '{}';
  about        text;
  opened_in    integer;
  lifetime     interval;
  tls_required boolean;
  declared     jsonb;
  alternates   boolean;
  owns         boolean;
  rests        text;
  needs_one    boolean;
  compartment  name;
  bits         bigint;
  next         bigint;
  early        bigint;
  a_minute     integer;
  -- TLS is over TCP only (inet_client_addr is NULL on the unix socket), and to ask whether it is there is dear.
  encrypted    CONSTANT boolean := inet_client_addr() IS NOT NULL AND sminion.encrypted();
  ticket_id    bigint;
  token        text;
  made         xid;
  at_home      boolean;
  to_whom      text := '';
  ends         timestamptz;
BEGIN
  -- For an export, which sminion.open_transfer begins: a ticket for what its recipient may get.
  IF open_ticket.disclosure IS NOT NULL THEN
    SELECT o.recipient, o.ends INTO to_whom, ends FROM sminion.opening(open_ticket.disclosure, open_ticket.purpose) o;
  END IF;
  SELECT p.epoch, p.ticket_lifetime, p.require_tls, p.ticket_values, l.may_hold_incompatible, l.may_own, w.basis, w.sees_blocked,
    c.role, c.mask, coalesce(k.nth, 0) + 1,
    -- each by one place of the index: with IN, all tickets of the login would be read
    coalesce(
      (SELECT e.nth FROM sminion.ticket e
       WHERE e.login = session_user AND e.nth = k.nth - 999 AND e.writer = pg_current_xact_id_if_assigned() LIMIT 1),
      (SELECT e.nth FROM sminion.ticket e
       WHERE e.login = session_user AND e.nth = k.nth + 1 - l.tickets_per_minute
         AND e.opened_at > clock_timestamp() - interval '1 minute' LIMIT 1),
      -- with less in a minute, an hour has less
      CASE WHEN l.tickets_per_minute > 166666 THEN
        (SELECT e.nth FROM sminion.ticket e
         WHERE e.login = session_user AND e.nth = k.nth - 9999999 AND e.opened_at > clock_timestamp() - interval '1 hour' LIMIT 1)
      END),
    l.tickets_per_minute,
    -- a standby cannot write a ticket, and has no timeline of its own
    (SELECT i.made = i.xmin AND i.closed_at IS NULL AND CASE WHEN pg_is_in_recovery() THEN true
       ELSE i.timeline = left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END FROM sminion.instance i)
  INTO opened_in, lifetime, tls_required, declared, alternates, owns, rests, needs_one, compartment, bits, next, early, a_minute, at_home
  FROM sminion.policy p
  JOIN sminion.login l ON l.login = session_user AND l.purpose = open_ticket.purpose AND l.recipient = to_whom
  JOIN sminion.purpose w ON w.name = l.purpose AND w.retired_at IS NULL
  -- one that fits, and the only one
  JOIN sminion.compartment c ON c.purpose = l.purpose AND c.recipient = l.recipient
    AND (open_ticket.schemas IS NULL OR c.schemas || c.tables @> open_ticket.schemas)
    AND NOT EXISTS (
      SELECT FROM sminion.compartment o WHERE o.purpose = c.purpose AND o.recipient = c.recipient AND o.role <> c.role
        AND (open_ticket.schemas IS NULL OR o.schemas || o.tables @> open_ticket.schemas))
  LEFT JOIN LATERAL (
    SELECT t.nth FROM sminion.ticket t WHERE t.login = session_user ORDER BY t.nth DESC LIMIT 1) AS k ON true;

  -- Printable ASCII, as nearly all texts are, has nothing in it that must be cleaned.
  IF concat(open_ticket.actor, open_ticket.reason, open_ticket.unit, open_ticket.basis_ref) ~ '[^ -~]'
    OR btrim(open_ticket.actor) = '' OR length(open_ticket.actor) > 200
    OR btrim(open_ticket.reason) = '' OR length(open_ticket.reason) > 1000
    OR btrim(open_ticket.unit) = '' OR length(open_ticket.unit) > 200
    OR btrim(open_ticket.basis_ref) = '' OR length(open_ticket.basis_ref) > 400
  THEN
    who := sminion.ticket_text('actor', open_ticket.actor, 200);
    what_for := sminion.ticket_text('reason', open_ticket.reason, 1000);
    unit_said := sminion.ticket_text('unit', open_ticket.unit, 200);
    rests_on := sminion.ticket_text('basis_ref', open_ticket.basis_ref, 400);
  ELSE
    who := btrim(open_ticket.actor);
    what_for := btrim(open_ticket.reason);
    unit_said := btrim(open_ticket.unit);
    rests_on := btrim(open_ticket.basis_ref);
  END IF;
  IF who IS NULL OR what_for IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG215',
      MESSAGE = 'a ticket says who acts and why: actor or reason is empty',
      HINT = 'Pass a non-empty actor and reason.';
  ELSIF open_ticket.secret !~ '^[0-9a-f]{32}$' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG215',
      MESSAGE = 'the secret of a ticket is 32 hexadecimal digits',
      HINT = 'Pass 128 random bits, or leave `secret` out.';
  END IF;
  -- No TLS over TCP, no ticket: a token overheard is an access lent.
  IF tls_required AND inet_client_addr() IS NOT NULL AND NOT encrypted THEN
    RAISE EXCEPTION USING ERRCODE = 'SG211',
      MESSAGE = 'the connection is not encrypted, and the policy requires it',
      HINT = 'Connect with sslmode=verify-full, or through the unix socket.';
  ELSIF compartment IS NULL THEN
    PERFORM sminion.refuse_opening(open_ticket.purpose, open_ticket.schemas, to_whom);
    -- Not reached while refuse_opening does its work; if it ever returned, no ticket would be written.
    RAISE EXCEPTION USING ERRCODE = 'SG213', MESSAGE = 'no compartment fits';
  END IF;

  -- A login that inherits the role acts with its privileges outside of `enter`, one that may grant it lends them. One that
  -- the policy accepts as an owner could grant itself anything.
  IF NOT owns AND (
    pg_has_role(session_user, compartment, 'USAGE') OR pg_has_role(session_user, compartment, 'MEMBER WITH ADMIN OPTION'))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG219',
      MESSAGE = format('login `%s` inherits or may grant compartment `%s`', session_user, compartment),
      HINT = 'Run `sminion-guard apply`, which repairs the membership, or ask the DBA.';
  ELSIF NOT pg_has_role(session_user, compartment, 'MEMBER') THEN
    RAISE EXCEPTION USING ERRCODE = 'SG212',
      MESSAGE = format('login `%s` is not a member of compartment `%s`', session_user, compartment),
      HINT = 'Run `sminion-guard apply`.';
  ELSIF needs_one AND coalesce(open_ticket.subject, '') = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG214',
      MESSAGE = format('purpose `%s` sees blocked subjects, so the ticket must name one', open_ticket.purpose),
      HINT = 'Pass `subject => ...` when you open the ticket.';
  ELSIF open_ticket.kind IS NOT NULL AND open_ticket.subject IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG461',
      MESSAGE = format('the ticket says a kind, `%s`, and names no subject', sminion.log_text(open_ticket.kind, 80)),
      HINT = 'Pass `subject => ...` too, or leave `kind` out.';
  ELSIF early IS NOT NULL THEN
    PERFORM sminion.refuse_flood(early, next, a_minute);
    -- Not reached, as above.
    RAISE EXCEPTION USING ERRCODE = 'SG226', MESSAGE = 'too many tickets';
  ELSIF at_home IS NOT TRUE THEN
    PERFORM sminion.refuse_restored();
  END IF;
  IF open_ticket.subject IS NOT NULL THEN
    about := sminion.subject_key(open_ticket.subject, open_ticket.kind);
  END IF;
  IF starts_with(rests_on, 'request:') THEN
    PERFORM sminion.require_request(rests_on, about);
  END IF;
  IF open_ticket."values" IS NOT NULL OR declared <> '{}' THEN
    valued := sminion.ticket_values(open_ticket."values");
  END IF;

  -- A ticket that a crash could lose is no record: a login that commits without waiting for the disk waits here.
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  -- Two random UUIDs: 244 random bits, hashed once, of which the token carries 128.
  token := '.' || coalesce(open_ticket.secret,
    left(encode(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'hex'), 32)) || '.' || compartment;
  LOOP
    ticket_id := ((extract(epoch FROM clock_timestamp()) - 1735689600) * 1000000)::bigint * 512
      + ('x' || right(gen_random_uuid()::text, 3))::bit(12)::integer % 512;
    INSERT INTO sminion.ticket (
      id, token_hash, expires_at, login, nth, role, mask, alternating, epoch, require_tls, purpose, basis, basis_ref,
      actor, unit, reason, subject, "values", client_address, encrypted, application
    ) VALUES (
      ticket_id, sha256(convert_to(ticket_id || token, 'UTF8')), least(clock_timestamp() + lifetime, ends), session_user, next,
      compartment, bits, alternates, opened_in, tls_required, open_ticket.purpose, rests, rests_on, who, unit_said, what_for,
      about, valued, inet_client_addr(), encrypted, current_setting('application_name')
    ) ON CONFLICT ON CONSTRAINT ticket_pkey DO NOTHING RETURNING xmin INTO made;
    EXIT WHEN FOUND;
  END LOOP;
  -- Opened behind a savepoint: the row belongs to a subtransaction, which has a number of its own.
  IF made <> pg_current_xact_id()::xid THEN
    UPDATE sminion.ticket SET made_in = made WHERE id = ticket_id;
  END IF;
  RETURN ticket_id || token;
END
$sminion$;
COMMENT ON FUNCTION sminion.open_ticket(text, text, text, text[], text, text, text, jsonb, text, text, bigint) IS
  'opens a ticket for a purpose and returns its token, for sminion.enter';
