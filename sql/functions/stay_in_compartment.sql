-- Marks the transaction as one of this compartment, and refuses it when it is one of a compartment that clashes.
-- Called for logins that may hold incompatible purposes; for all others the login's purposes are mergeable anyway.
--
-- The mark is a transaction-level advisory lock, the one piece of transaction state that a client can neither release nor
-- forge away, and that works in READ ONLY transactions and on a hot standby. ROLLBACK TO SAVEPOINT releases it, but
-- takes back all that the database kept of the other side too. The lock is shared and its key holds our own process id, so
-- two sessions never wait for each other; if somebody holds it exclusively to disturb us, the access is refused.
CREATE FUNCTION sminion.stay_in_compartment(entering name) RETURNS void
LANGUAGE plpgsql
VOLATILE
PARALLEL RESTRICTED
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  class CONSTANT integer := 1397706305;  -- 'SMNA': our corner of the advisory key space, times 64 compartments a process
  own   sminion.compartment;
  other name;
BEGIN
  SELECT c.* INTO STRICT own FROM sminion.compartment c WHERE c.role = entering;
  IF NOT pg_try_advisory_xact_lock_shared(class + own.id, pg_backend_pid()) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG210',
      MESSAGE = 'another session holds the mark of this transaction''s compartment',
      HINT = 'Find the holder in pg_locks (locktype advisory) and end it.';
  END IF;
  SELECT c.role INTO other
  FROM pg_locks l
  JOIN sminion.compartment c ON l.classid = (class + c.id)::bigint::oid
  WHERE l.locktype = 'advisory' AND l.pid = pg_backend_pid() AND l.objsubid = 2
    AND l.objid = pg_backend_pid()::bigint::oid AND l.mode = 'ShareLock' AND l.granted
    AND c.role = ANY (own.clashes)
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG210',
      MESSAGE = format('this transaction entered compartment `%s` and cannot enter `%s`', other, entering),
      DETAIL = 'The two hold data collected for incompatible purposes.',
      HINT = 'End the transaction first.';
  END IF;
END
$sminion$;
