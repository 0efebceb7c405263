-- What the floor of a table says to whoever reaches it without a ticket: the owner, which FORCE binds too, a role that was
-- granted something by hand, and a compartment that comes through a view or function with the rights of another role. They
-- would see no row, and a data migration of theirs would do nothing, without a word.
--
-- It decides nothing: the floor has refused before it is called. It is the one function of the guard that PUBLIC may call,
-- because whoever reads the table must be able to; it shows nothing but the names that the caller used.
CREATE FUNCTION sminion.refuse_without_ticket(relation regclass) RETURNS boolean
LANGUAGE plpgsql
STABLE
PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'SG201',
    MESSAGE = format('no ticket: role `%s` reaches `%s` as itself', current_user, relation),
    DETAIL = 'Every access to a protected table needs a declared purpose, also by its owner.',
    HINT = 'Open a ticket with `sminion.open_ticket`, commit, and activate it with `sminion.enter`; in a migration write '
      || '`with op.guard_processing(...)`.';
END
$sminion$;
COMMENT ON FUNCTION sminion.refuse_without_ticket(regclass) IS
  'raises: a role that is no compartment of the policy has no ticket for a protected table';
