-- Ends the sessions in a database and waits until they are gone: a database in use cannot be copied.
SELECT pg_catalog.count(pg_catalog.pg_terminate_backend(a.pid, 5000))
FROM pg_catalog.pg_stat_activity a
WHERE a.datname = %(database)s::pg_catalog.name AND a.pid <> pg_catalog.pg_backend_pid()
