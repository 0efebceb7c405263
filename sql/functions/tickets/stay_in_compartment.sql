-- Marks the transaction as one of this compartment, and refuses it when it is one of a compartment that clashes.
-- Called for logins that may hold incompatible purposes; for all others the login's purposes are mergeable anyway.
--
-- The mark is a lock on an empty table of the compartment (see record_policy), held to the end of the transaction. Only
-- `sminion_owner` may lock it, so a client can neither release nor forge it: an advisory lock could be taken by the client
-- itself, in code that then lets it go. ROW SHARE is allowed in READ ONLY transactions and on a hot standby, disturbs nobody,
-- and tells the mark from somebody who reads the table.
--
-- ROLLBACK TO SAVEPOINT and COMMIT release it. Two kinds of things survive that: variables of procedural code, which live as
-- long as the statement that runs it, and cursors, which live as long as the subtransaction that declared them. So a new
-- mark is made only by `enter` as a whole statement of the client (see entered_by_client), while no cursor exists.
CREATE FUNCTION sminion.stay_in_compartment(entering name) RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL RESTRICTED
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  own    sminion.compartment;
  marked name[];
  stack  text;
  other  name;
  open   text;
BEGIN
  SELECT c.* INTO STRICT own FROM sminion.compartment c WHERE c.role = entering;
  marked := ARRAY(
    SELECT c.role
    FROM pg_locks l
    JOIN sminion.compartment c ON l.relation = to_regclass('sminion.mark_' || c.id)
    WHERE l.locktype = 'relation' AND l.pid = pg_backend_pid() AND l.mode = 'RowShareLock' AND l.granted
      AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()));
  SELECT m.role INTO other FROM unnest(marked) AS m (role) WHERE m.role = ANY (own.clashes) LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG210',
      MESSAGE = format('this transaction entered compartment `%s` and cannot enter `%s`', other, entering),
      DETAIL = 'The two hold data collected for incompatible purposes.',
      HINT = 'End the transaction first.';
  END IF;
  IF entering = ANY (marked) THEN
    RETURN;
  END IF;

  GET DIAGNOSTICS stack = PG_CONTEXT;
  IF sminion.entered_by_client(current_query(), stack) IS NOT TRUE THEN
    RAISE EXCEPTION USING ERRCODE = 'SG220',
      MESSAGE = format('compartment `%s` must be entered by a statement of its own', entering),
      DETAIL = 'This login may hold incompatible purposes: what code, or another part of the statement, has read would '
        || 'outlive the compartment.',
      HINT = 'Send `SELECT sminion.enter($1)`, or with the token as a literal, as the whole statement; '
        || '`BEGIN;` may stand before it.';
  END IF;
  -- The extended protocol runs the statement itself in the portal without a name, which is no leftover: each new one takes
  -- the place of the one before.
  SELECT c.name INTO open FROM pg_cursor() c
  WHERE c.name <> '' OR c.statement IS DISTINCT FROM current_query() LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG221',
      MESSAGE = format('compartment `%s` cannot be entered while cursor `%s` is open', entering, open),
      DETAIL = 'A rollback to a savepoint would end the compartment, and the cursor would still hold what it read there.',
      HINT = 'Close the cursor first, or end the transaction.';
  END IF;
  EXECUTE format('LOCK TABLE sminion.%I IN ROW SHARE MODE', 'mark_' || own.id);
END
$sminion$;
