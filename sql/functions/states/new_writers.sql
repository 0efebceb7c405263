-- Who has sminion.new_writer locked, for messages.
CREATE FUNCTION sminion.new_writers() RETURNS text
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.transactions_named(ARRAY(
    SELECT DISTINCT l.virtualtransaction FROM pg_locks l
    WHERE l.locktype = 'relation' AND l.granted AND l.relation = 'sminion.new_writer'::regclass
      AND l.pid IS DISTINCT FROM pg_backend_pid()
      AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())))
$sminion$;
