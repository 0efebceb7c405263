-- The transactions that run in this database now, other than our own, as virtual transaction ids. pg_locks shows them to
-- everybody, and each holds its own id until it ends; those of other databases cannot read here.
CREATE FUNCTION sminion.running_transactions() RETURNS text[]
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT coalesce(array_agg(DISTINCT l.virtualxid), '{}')
  FROM pg_locks l
  JOIN pg_stat_get_activity(NULL) a ON a.pid = l.pid
  WHERE l.locktype = 'virtualxid' AND l.granted AND l.mode = 'ExclusiveLock'
    AND l.pid <> pg_backend_pid()
    AND a.datid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
$sminion$;
