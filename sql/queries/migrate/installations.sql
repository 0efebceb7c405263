-- The session that holds the lock of installations; the key of such a lock is shown in two halves.
SELECT DISTINCT a.pid, a.usename, a.application_name, coalesce(a.state, a.backend_type)
FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.pid <> pg_catalog.pg_backend_pid()
  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
  AND l.classid::bigint = 23447400308363086 >> 32 AND l.objid::bigint = 23447400308363086 & 4294967295
ORDER BY a.pid;
