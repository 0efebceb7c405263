-- Who holds a lock on a table or on one of its partitions, other than those that only read it; for messages.
CREATE FUNCTION sminion.table_holders(name text) RETURNS text
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT sminion.transactions_named(ARRAY(
    SELECT DISTINCT l.virtualtransaction FROM pg_locks l
    WHERE l.locktype = 'relation' AND l.granted AND l.mode <> 'AccessShareLock' AND l.pid IS DISTINCT FROM pg_backend_pid()
      AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
      AND l.relation IN (SELECT to_regclass(name)::oid UNION
                         SELECT i.inhrelid FROM pg_inherits i WHERE i.inhparent = to_regclass(name))))
$sminion$;
