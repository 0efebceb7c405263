-- BEFORE each statement that writes to a protected table: whoever is a login of the policy writes under a ticket of its own
-- that is good for the compartment it acts as, or not at all. The ticket is noted in sminion.write_ticket. By the time the
-- write is recorded the settings may be others: a data-modifying WITH runs before the SELECT that it stands in is done.
--
-- Others (the owner, a superuser, roles that have nothing to do with the policy) write as row security lets them, and so does
-- a login that the policy accepts as an owner, while it is not in a compartment: what it does there was its to do before.
-- current_setting('role') and not current_user: in a definer function, the compartment that its caller acts as.
CREATE FUNCTION sminion.fix_ticket() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  token  text := current_setting('sminion.token', true);
  acting name := current_setting('role');
  good   bigint;
  place  tid;
BEGIN
  -- Who has such a ticket is a login of the policy; so the usual write costs this one statement.
  INSERT INTO sminion.write_ticket AS w (transaction, statement, ticket)
  SELECT pg_current_xact_id(), statement_timestamp(), k.id FROM sminion.ticket k
  WHERE k.token_hash = sha256(convert_to(token, 'UTF8'))
    AND k.role = acting AND k.login = session_user
    AND (k.epoch = (SELECT p.epoch FROM sminion.policy p)
      OR k.epoch >= (SELECT o.since FROM sminion.login_compartment o WHERE o.login = session_user AND o.role = acting))
    AND k.revoked_at IS NULL AND k.expires_at > clock_timestamp() AND k.writer <> pg_current_xact_id()
    AND (inet_client_addr() IS NULL OR NOT k.require_tls OR sminion.encrypted())
  ON CONFLICT DO NOTHING RETURNING w.ctid INTO place;
  IF FOUND THEN
    PERFORM set_config('sminion.write_ticket', place::text, true);
    RETURN NULL;
  END IF;
  IF NOT EXISTS (
    SELECT FROM sminion.login l
    WHERE l.login = session_user
      AND (NOT l.may_own OR EXISTS (SELECT FROM sminion.compartment c WHERE c.role = acting)))
  THEN
    RETURN NULL;
  END IF;

  -- Either the ticket is not good, or this statement has written before.
  IF EXISTS (SELECT FROM sminion.compartment c WHERE c.role = acting) THEN
    -- Raises unless the ticket is good, and says why, as every statement in a compartment does.
    PERFORM sminion.context(acting, acting);
    good := split_part(token, '.', 1)::bigint;
  END IF;
  IF good IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG222',
      MESSAGE = format('login `%s` writes to `%s.%s` without a ticket of role `%s`',
        session_user, TG_TABLE_SCHEMA, TG_TABLE_NAME, coalesce(nullif(acting, 'none'), session_user)),
      DETAIL = 'A login of the policy writes under a ticket of the compartment that it acts as, whatever else it may do.',
      HINT = 'Activate a ticket with `sminion.enter`, which sets the role too, and write in that transaction.';
  ELSIF sminion.fixed_ticket() IS DISTINCT FROM good THEN
    RAISE EXCEPTION USING ERRCODE = 'SG223',
      MESSAGE = 'this statement has already written under another ticket',
      DETAIL = 'Statements that are sent in one message use one ticket.',
      HINT = 'Send statements under another ticket separately.';
  END IF;
  RETURN NULL;
END
$sminion$;
