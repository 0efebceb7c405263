-- The floor of every protected table: called once per statement and table by the restrictive policy of each compartment
-- role. It raises unless the transaction stands under a ticket that is committed, current and this login's; else it
-- returns the subjects withheld from the role since the masks were last settled (normally none).
--
-- planned:  the role the statement was planned for, a constant in the policy.
-- acting:   current_user where the policy is evaluated. The two differ when a cursor or a function changed the role after
--           planning: the privileges were checked for one role and the ticket would be another's (SG217).
--
-- STABLE is part of the promise: the withheld subjects are then read with the snapshot of the statement itself. Were it
-- newer, a subject settled in between would be gone from this list while the statement still sees its old mask.
-- PARALLEL RESTRICTED: the leader calls it, the workers get the result, so parallel plans stay.
-- The secret is compared as a hash, and the row's writer must have committed: a row seen is not a row kept (a ticket
-- opened in this transaction), and a transaction committed is not a row kept (a ticket rolled back to a savepoint).
CREATE FUNCTION sminion.context(planned name, acting name) RETURNS text[]
LANGUAGE plpgsql
STABLE
PARALLEL RESTRICTED
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  token text := current_setting('sminion.token', true);
  t     record;
BEGIN
  IF acting <> planned THEN
    RAISE EXCEPTION USING ERRCODE = 'SG217',
      MESSAGE = format('the statement was planned for role `%s` and runs as `%s`', planned, acting),
      HINT = 'Do not change the role while a statement or cursor is open.';
  END IF;
  IF coalesce(token, '') = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG201',
      MESSAGE = 'no ticket: this access has no recorded reason',
      HINT = 'Open a ticket with `sminion.open_ticket`, commit, and activate it with `sminion.enter`.';
  END IF;
  -- Only what the cast below needs; all of the token is compared. (A regular expression costs a fifth of the whole call.)
  IF length(split_part(token, '.', 1)) NOT BETWEEN 1 AND 18 OR ltrim(split_part(token, '.', 1), '0123456789') <> '' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG202',
      MESSAGE = 'the token is not one of a ticket',
      HINT = 'Pass the token unchanged as `sminion.open_ticket` returned it.';
  END IF;

  SELECT k.login, k.role, k.epoch, k.expires_at, k.revoked_at, k.mask, k.alternating,
         pg_xact_status(k.writer) AS written,
         (SELECT p.epoch FROM sminion.policy p) AS current_epoch,
         EXISTS (SELECT FROM pg_cursor() c WHERE c.is_holdable) AS holdable,
         ARRAY(SELECT w.subject FROM sminion.withheld w WHERE w.denied & k.mask <> 0) AS withheld
  INTO t
  FROM sminion.ticket k
  WHERE k.id = split_part(token, '.', 1)::bigint
    AND k.secret_hash = sha256(convert_to(split_part(token, '.', 2), 'UTF8'))
    AND token = concat_ws('.', k.id, split_part(token, '.', 2), k.role);

  IF t.login = session_user AND t.role = planned AND t.epoch = t.current_epoch AND t.written = 'committed'
     AND t.revoked_at IS NULL AND t.expires_at > clock_timestamp() AND NOT t.holdable
  THEN
    IF t.alternating THEN
      PERFORM sminion.stay_in_compartment(planned);
    END IF;
    RETURN t.withheld;
  END IF;

  PERFORM sminion.refuse_ticket(token, planned);
  -- Not reached while refuse_ticket does its work; if it ever returned, there would still be no row.
  RAISE EXCEPTION USING ERRCODE = 'SG202', MESSAGE = 'the ticket does not open this access';
END
$sminion$;
