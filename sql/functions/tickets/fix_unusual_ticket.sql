-- What sminion.fix_ticket does for a statement that has written before, for a ticket of an earlier policy, and for whoever
-- has no ticket. Returns where the note is, NULL where it makes none. Raises where a login of the policy has no ticket that is
-- good, or another one than before.
CREATE FUNCTION sminion.fix_unusual_ticket(schema_name name, table_name name) RETURNS text
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  token  text := current_setting('sminion.token', true);
  acting name := current_setting('role');
  good   boolean := false;
  place  text;
BEGIN
  -- First what is usual for triggers of an application and for cascades.
  IF sminion.fixed_ticket() IS NOT NULL THEN
    RETURN NULL;
  END IF;
  -- The guard destroys data of a person, maybe in a session of a login that maintains.
  IF sminion.destroying() THEN
    RETURN NULL;
  END IF;
  IF NOT EXISTS (
    SELECT FROM sminion.login l
    WHERE l.login = session_user
      AND (NOT l.may_own OR EXISTS (SELECT FROM sminion.compartment c WHERE c.role = acting)))
  THEN
    RETURN NULL;
  END IF;

  IF EXISTS (SELECT FROM sminion.compartment c WHERE c.role = acting) THEN
    -- Raises unless the ticket is good, and says why, as every statement in a compartment does.
    PERFORM sminion.context(acting, acting);
    INSERT INTO sminion.write_ticket AS w (transaction, statement, ticket, role, mask, about)
    SELECT pg_current_xact_id(), statement_timestamp(), k.id, k.role, k.mask,
           CASE WHEN k.mask & p.blocked_bits <> 0 OR starts_with(k.basis_ref, 'request:') THEN k.subject END
    FROM sminion.ticket k CROSS JOIN sminion.policy p
    WHERE k.token_hash = sha256(convert_to(token, 'UTF8'))
    ON CONFLICT DO NOTHING RETURNING w.ctid INTO place;
    good := true;
  END IF;
  IF NOT good THEN
    RAISE EXCEPTION USING ERRCODE = 'SG222',
      MESSAGE = format('login `%s` writes to `%s.%s` without a ticket of role `%s`',
        session_user, schema_name, table_name, coalesce(nullif(acting, 'none'), session_user)),
      DETAIL = 'A login of the policy writes under a ticket of the compartment that it acts as, whatever else it may do.',
      HINT = 'Activate a ticket with `sminion.enter`, which sets the role too, and write in that transaction.';
  ELSIF place IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG223',
      MESSAGE = 'this statement has already written under another ticket',
      DETAIL = 'Statements that are sent in one message use one ticket.',
      HINT = 'Send statements under another ticket separately.';
  END IF;
  RETURN place;
END
$sminion$;
