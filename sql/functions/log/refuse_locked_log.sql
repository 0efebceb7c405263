-- Raises the error that the log could not be extended or dropped, with who has it locked.
CREATE FUNCTION sminion.refuse_locked_log(wanted text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  holders text[] := ARRAY(
    SELECT DISTINCT l.virtualtransaction FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
    WHERE l.locktype = 'relation' AND l.granted AND l.pid IS DISTINCT FROM pg_backend_pid()
      AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
      AND c.relnamespace = 'sminion'::regnamespace
      AND c.relname ~ '^(statement_event|statement_result|statement_subject|log_fault|write_event|write_subject|fold_state)');
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'SG511',
    MESSAGE = format('the log cannot be %s now: others have it locked', wanted),
    DETAIL = format('It is locked by %s.', sminion.transactions_named(holders)),
    HINT = 'Call it again when these transactions have ended, or end them. No session waits for this call.';
END
$sminion$;
