-- Marks the transaction as one of this compartment, and refuses it when it is one of a compartment that clashes.
-- Called for logins that may hold incompatible purposes; for all others the login's purposes are mergeable anyway.
--
-- The mark is a lock on an empty table of the compartment (see record_policy), held to the end of the transaction. Only
-- `sminion_owner` may lock it, so a client can neither release nor forge it: an advisory lock could be taken by the client
-- itself, in code that then lets it go. ROW SHARE is allowed in READ ONLY transactions and on a hot standby, disturbs nobody,
-- and tells the mark from somebody who reads the table.
--
-- ROLLBACK TO SAVEPOINT and COMMIT release it, together with all that the database kept of the other side. Variables of
-- procedural code survive both: a DO block could read one side, roll its inner block back (or COMMIT), and read the other.
-- So the first mark of a transaction is made outside of code, by `enter` or by a plain statement: code then finds a mark
-- that it cannot lose. The call stack tells; its outermost line is the last.
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
  IF stack !~ E'(^|\n)[^"\n]* sminion\\.(context\\(name,name\\)|enter\\(text\\)) [^"\n]*$' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG220',
      MESSAGE = format('compartment `%s` must be entered before code runs in it', entering),
      DETAIL = 'Variables of a DO block or function would outlive the compartment in which they were filled.',
      HINT = 'Call `sminion.enter` as a statement of its own, first in the transaction.';
  END IF;
  EXECUTE format('LOCK TABLE sminion.%I IN ROW SHARE MODE', 'mark_' || own.id);
END
$sminion$;
