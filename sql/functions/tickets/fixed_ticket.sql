-- The ticket under which the running statement of the client began to write, if token and role are still those of this ticket;
-- else NULL. The setting is the client's and only says where to look: what stands there counts if it is of this transaction
-- and this statement, and there is one such row. A token that begins with the ticket's number is enough: the whole token was
-- compared before, and no other one would change what is recorded.
--
-- Without sequential scans: a plan is kept, and one that was made while the table was empty would read all notes of everybody
-- for each write, and make serializable transactions that write at once fail each other.
CREATE FUNCTION sminion.fixed_ticket() RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET jit = off
AS $sminion$
DECLARE
  place text := current_setting('sminion.write_ticket', true);
  fixed bigint;
BEGIN
  IF place COLLATE "C" ~ '^\([0-9]{1,9},[0-9]{1,4}\)$' THEN
    SELECT w.ticket INTO fixed FROM sminion.write_ticket w
    WHERE w.ctid = place::tid AND w.transaction = pg_current_xact_id() AND w.statement = statement_timestamp()
      AND w.role = current_setting('role');
    IF starts_with(current_setting('sminion.token', true), fixed || '.') THEN
      RETURN fixed;
    END IF;
  END IF;
  RETURN NULL;
END
$sminion$;
