-- BEFORE each statement that writes to a protected table: whoever is a login of the policy writes under a ticket of its own
-- that is good for the compartment it acts as, or not at all. The ticket is noted in sminion.write_ticket. By the time the
-- write is recorded the settings may be others: a data-modifying WITH runs before the SELECT that it stands in is done.
--
-- Others (the owner, a superuser, roles that have nothing to do with the policy) write as row security lets them, and so does
-- a login that the policy accepts as an owner, while it is not in a compartment: what it does there was its to do before.
-- current_setting('role') and not current_user: in a definer function, the compartment that its caller acts as.
-- Without sequential scans and JIT as sminion.context.
CREATE FUNCTION sminion.fix_ticket() RETURNS trigger
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET jit = off
AS $sminion$
DECLARE
  token  text := current_setting('sminion.token', true);
  acting name := current_setting('role');
  place  text;
BEGIN
  -- Who has such a ticket is a login of the policy; so the usual write costs this one statement. A ticket of an earlier policy
  -- may be good too: that is asked apart, since a condition with a query in it costs every write the same.
  INSERT INTO sminion.write_ticket AS w (transaction, statement, ticket, role, mask, about)
  SELECT pg_current_xact_id(), statement_timestamp(), k.id, k.role, k.mask,
         CASE WHEN k.mask & p.blocked_bits <> 0 OR starts_with(k.basis_ref, 'request:') THEN k.subject END
  FROM sminion.ticket k JOIN sminion.policy p ON p.epoch = k.epoch
  WHERE k.token_hash = sha256(convert_to(token, 'UTF8'))
    AND k.role = acting AND (k.login = session_user) IS TRUE
    AND k.revoked_at IS NULL AND k.expires_at > clock_timestamp() AND k.writer <> pg_current_xact_id() AND k.xmin = k.made_in
    AND (inet_client_addr() IS NULL OR NOT k.require_tls OR sminion.encrypted())
  ON CONFLICT DO NOTHING RETURNING w.ctid INTO place;
  IF place IS NULL THEN
    place := sminion.fix_unusual_ticket(TG_TABLE_SCHEMA, TG_TABLE_NAME);
  END IF;
  IF place IS NOT NULL THEN
    -- Assigned: PERFORM would start an executor, for four times the price.
    place := set_config('sminion.write_ticket', place, true);
  END IF;
  RETURN NULL;
END
$sminion$;
