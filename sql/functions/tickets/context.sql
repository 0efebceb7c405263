-- The floor of every protected table: called once per statement and table by the restrictive policy of each compartment
-- role. It raises unless the transaction stands under a ticket that is committed, current and this login's; else it
-- returns the subjects withheld from the role since the masks were last settled, or NULL when there are none, which is the
-- usual case: a comparison with NULL costs the rows nothing.
--
-- planned:  the role the statement was planned for, a constant in the policy.
-- acting:   current_user where the policy is evaluated. The two differ when a cursor or a function changed the role after
--           planning: the privileges were checked for one role and the ticket would be another's (SG217).
--
-- STABLE is part of the promise: the withheld subjects are then read with the snapshot of the statement itself. Were it
-- newer, a subject settled in between would be gone from this list while the statement still sees its old mask.
-- PARALLEL RESTRICTED: the leader calls it, the workers get the result, so parallel plans stay.
-- A ticket that the snapshot shows was committed, unless this transaction wrote it itself: such a row is seen, and is not
-- kept by a rollback, not even by one to a savepoint. (The state of its writer is not asked for.)
-- A ticket that came with a dump opens nothing in the copy: its row was written by another transaction there than it says. A
-- token that somebody kept would open the copy for as long as it lasts.
-- A ticket of the policy in force is good, and one of an earlier policy while nothing has changed that it stands on: see
-- record_policy. What has changed is asked of the latter only, apart.
-- Without sequential scans: a plan is kept, and one that was made while there were few tickets would read all of them for each
-- statement, until the table is analyzed. For the same reason `IS TRUE`: it keeps out the index of a login's tickets, which
-- looks as good as that of the tokens while the login has few. Without JIT: a plan with a scan that is switched off counts as
-- dear enough for it.
-- All is asked in one query, because each costs its own start, and without aggregates, which cost a tenth of it: this is the
-- price of every guarded statement.
CREATE FUNCTION sminion.context(planned name, acting name) RETURNS text[]
LANGUAGE plpgsql
STABLE
PARALLEL RESTRICTED
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET jit = off
AS $sminion$
DECLARE
  token       text := current_setting('sminion.token', true);
  alternating boolean;
  opened      integer;
  in_force    integer;
  withheld    text[];
BEGIN
  SELECT k.alternating, nullif(ARRAY(SELECT w.subject FROM sminion.withheld w WHERE w.denied & k.mask <> 0), '{}'),
    k.epoch, (SELECT p.epoch FROM sminion.policy p)
  INTO alternating, withheld, opened, in_force
  FROM sminion.ticket k
  WHERE k.token_hash = sha256(convert_to(token, 'UTF8')) AND acting = planned
    AND k.role = planned AND (k.login = session_user) IS TRUE
    AND k.revoked_at IS NULL AND k.expires_at > clock_timestamp()
    AND k.writer IS DISTINCT FROM pg_current_xact_id_if_assigned() AND k.xmin = k.made_in
    -- inet_client_addr is NULL on the unix socket.
    AND (NOT k.require_tls OR inet_client_addr() IS NULL OR sminion.encrypted())
    AND NOT EXISTS (SELECT FROM pg_cursor() c WHERE c.is_holdable);
  -- Both are NULL where no ticket is good at all. Two conditions, since one with a query in it would cost as much each time.
  IF (opened = in_force) IS NOT TRUE THEN
    IF NOT EXISTS (
      SELECT FROM sminion.login_compartment o WHERE o.login = session_user AND o.role = planned AND o.since <= opened)
    THEN
      PERFORM sminion.refuse_ticket(token, planned, acting);
      -- Not reached while refuse_ticket does its work; if it ever returned, there would still be no row.
      RAISE EXCEPTION USING ERRCODE = 'SG202', MESSAGE = 'the ticket does not open this access';
    END IF;
  END IF;
  IF alternating THEN
    PERFORM sminion.stay_in_compartment(planned);
  END IF;
  RETURN withheld;
END
$sminion$;
COMMENT ON FUNCTION sminion.context(name, name) IS
  'checks the ticket of the transaction; the subjects withheld from its purpose, or NULL';
