-- Called by row triggers before a row is deleted, with its subjects, and the mask read under the share lock of their states: a
-- block that committed since the statement began wins, also one that could not get the lock and is pending. True, or raises.
--
-- A login of the policy is held to the purpose of the ticket that was noted before the first row (see sminion.fix_ticket), and
-- not to the role: a statement can change its role from row to row, so a spoofed one, or none, would delete what its own
-- purpose may not.
--
-- Without sequential scans for the reason that sminion.fixed_ticket gives.
CREATE FUNCTION sminion.permit_delete(permitted bigint, subjects text[]) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET jit = off
AS $sminion$
DECLARE
  place     text := current_setting('sminion.write_ticket', true);
  needed    bigint;
  remaining bigint := coalesce(permitted, 0);
BEGIN
  IF place COLLATE "C" !~ '^\([0-9]{1,9},[0-9]{1,4}\)$' THEN
    place := NULL;
  END IF;
  -- The usual case in one query. It is VOLATILE, and so reads pending changes after the lock.
  SELECT w.mask INTO needed FROM sminion.write_ticket w
  WHERE w.ctid = place::tid AND w.transaction = pg_current_xact_id() AND w.statement = statement_timestamp()
    AND NOT EXISTS (SELECT FROM sminion.pending_change c WHERE c.subject = ANY (subjects));
  IF needed <> 0 AND remaining & needed = needed THEN
    RETURN true;
  END IF;

  RETURN sminion.permit_unusual_delete(remaining, subjects, place::tid);
END
$sminion$;
