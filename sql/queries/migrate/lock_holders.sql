-- Who holds or awaits a lock on the tables, or on a partition of them, that an ACCESS EXCLUSIVE lock has to wait for.
SELECT DISTINCT a.pid, a.usename, a.application_name, coalesce(a.state, a.backend_type)
FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'relation' AND l.pid <> pg_catalog.pg_backend_pid()
  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
  AND EXISTS (
    SELECT FROM unnest(%(tables)s::text[]) name
    WHERE l.relation = name::regclass OR l.relation IN (SELECT relid FROM pg_catalog.pg_partition_tree(name::regclass)))
ORDER BY a.pid;
