-- The one subject a ticket of a purpose that sees blocked subjects was opened for. The floor of such a role compares with
-- it, so that "sees blocked" never means "sees everybody".
-- Without sequential scans and JIT as sminion.context.
CREATE FUNCTION sminion.named_subject(planned name, acting name) RETURNS text
LANGUAGE plpgsql
STABLE
PARALLEL RESTRICTED
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET jit = off
AS $sminion$
DECLARE
  named text;
BEGIN
  PERFORM sminion.context(planned, acting);
  SELECT k.subject INTO named
  FROM sminion.ticket k
  WHERE k.id = split_part(current_setting('sminion.token', true), '.', 1)::bigint;
  IF named IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG214',
      MESSAGE = 'the ticket names no subject',
      HINT = 'Pass `subject => ...` when you open the ticket.';
  END IF;
  RETURN named;
END
$sminion$;
COMMENT ON FUNCTION sminion.named_subject(name, name) IS 'the subject that the ticket of the transaction names';
