-- One value of the ticket that the transaction stands under: the rules of rows (templates/policy) compare with it, once per
-- statement and table.
--
-- It asks sminion.context first, with the same arguments and for the same reasons. The floor asks it too, but not at the same
-- moment: a rule with OR needs the value for a later row only, and in the inner scan of a join the first row may fail for
-- another reason, and the value be asked for after the outer side has run a function of the client's. A client that changes
-- its token in between would else be compared with the values of a ticket that it has opened in this transaction, and that
-- no log will ever show.
-- Without sequential scans and JIT as sminion.context.
CREATE FUNCTION sminion.ticket_value(planned name, acting name, wanted text) RETURNS text
LANGUAGE plpgsql
STABLE
PARALLEL RESTRICTED
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET jit = off
AS $sminion$
DECLARE
  found text;
BEGIN
  PERFORM sminion.context(planned, acting);
  SELECT k."values" ->> wanted INTO found
  FROM sminion.ticket k
  WHERE k.id = split_part(current_setting('sminion.token', true), '.', 1)::bigint;
  IF found IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG227',
      MESSAGE = format('the ticket has no value `%s`', wanted),
      HINT = format('Open a new ticket with it: `"values" => jsonb_build_object(''%s'', ...)`.', wanted);
  END IF;
  RETURN found;
END
$sminion$;
COMMENT ON FUNCTION sminion.ticket_value(name, name, text) IS 'a value that the ticket of the transaction was opened with';
