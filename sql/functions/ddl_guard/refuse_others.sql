-- What row security says to whoever reaches a protected table with the rights of a role that is no compartment: the owner,
-- which FORCE binds too, roles that were granted something by hand, and a compartment that comes through a view with the
-- rights of its owner. They would see no row, and a data migration of theirs would do nothing, without a word.
--
-- IMMUTABLE is not true, and on purpose: the planner computes a call with constants, so the error comes while the statement is
-- planned, whatever rows there are. Raised when a row is found it would tell, search by search, what hidden rows hold.
-- A plan is made anew for another role, since the table has row security.
--
-- backup: the role that reads all rows for dumps, where the policy wants one. Acting as itself it is let through; with its rights
-- in another name, as in a view that it owns, nobody is. No login of the policy may act as it, whatever it was granted.
--
-- To all others it permits nothing: it raises or is false. PUBLIC may call it, as whoever reads the table must be able to; it shows the
-- names that the caller passes.
CREATE FUNCTION sminion.refuse_others(relation regclass, compartments name[], backup name DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql
IMMUTABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF current_user = backup THEN
    -- The role itself may read this table.
    IF EXISTS (SELECT FROM sminion.login l WHERE l.login = session_user) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG229',
        MESSAGE = format('login `%s` of the policy acts as `%s`', session_user, backup),
        DETAIL = 'That role reads all rows for dumps, with no ticket. A login of the policy reads under tickets only.',
        HINT = format('Let another login dump, and revoke the membership: `REVOKE %I FROM %I`.', backup, session_user);
    END IF;
    RETURN true;
  ELSIF current_user = 'sminion_owner' THEN
    -- Where the guard's own policy was dropped its functions find no rows, and say so (see sminion.blindness).
    RETURN false;
  ELSIF current_user = ANY (compartments) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG229',
      MESSAGE = format('role `%s` reaches protected table `%s` with the rights of another role', current_user, relation),
      DETAIL = 'A view reads with the rights of its owner unless it is security_invoker.',
      HINT = 'Name the table itself, or let the view be made so: `ALTER VIEW ... SET (security_invoker = true)`.';
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'SG201',
    MESSAGE = format('no ticket: role `%s` reaches `%s` as itself', current_user, relation),
    DETAIL = 'Rows of a protected table are for those who say what for, its owner included.',
    HINT = 'Open a ticket with `sminion.open_ticket`, commit, and activate it with `sminion.enter`; in a migration write '
      || '`with op.guard_processing(...)`.';
END
$sminion$;
COMMENT ON FUNCTION sminion.refuse_others(regclass, name[], name) IS
  'raises: whoever is no compartment of the policy has no ticket for a protected table';
