-- What a query of this database cannot read and what may have rows of a person all the same.
SELECT 'prepared transaction' AS what, p.gid AS name, pg_catalog.format('since %%s, of %%s: what it wrote comes at its commit', p.prepared, p.owner) AS detail
FROM pg_catalog.pg_prepared_xacts p WHERE p.database = pg_catalog.current_database()
UNION ALL
SELECT 'open transaction', 'process ' || a.pid, pg_catalog.format('of %%s: what it wrote comes at its commit', a.usename)
FROM pg_catalog.pg_stat_activity a
WHERE a.datname = pg_catalog.current_database() AND a.backend_xid IS NOT NULL AND a.pid <> pg_catalog.pg_backend_pid()
UNION ALL
SELECT 'temporary table', pg_catalog.format('%%I.%%I', n.nspname, c.relname), 'of another session: gone at its end'
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relpersistence = 't' AND c.relkind = 'r' AND c.relnamespace <> pg_catalog.pg_my_temp_schema()
UNION ALL
SELECT 'replication slot', s.slot_name, pg_catalog.format('%%s, %%s: keeps the WAL since %%s', s.slot_type,
         CASE WHEN s.active THEN 'in use' ELSE 'not in use' END, coalesce(s.restart_lsn::text, 'its beginning'))
FROM pg_catalog.pg_replication_slots s WHERE s.database IS NULL OR s.database = pg_catalog.current_database()
UNION ALL
SELECT 'standby', r.application_name, 'has what it has not replayed yet' FROM pg_catalog.pg_stat_replication r
UNION ALL
SELECT 'publication', p.pubname, 'subscribers have their own copies' FROM pg_catalog.pg_publication p
UNION ALL
SELECT 'subscription', s.subname, 'the publisher may send rows again' FROM pg_catalog.pg_subscription s
WHERE s.subdbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
UNION ALL
SELECT 'foreign table', pg_catalog.format('%%I.%%I', n.nspname, c.relname), pg_catalog.format('its rows are on server %%I', s.srvname)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_foreign_table f ON f.ftrelid = c.oid JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver
UNION ALL
SELECT 'other database', d.datname, 'of the same cluster' FROM pg_catalog.pg_database d
WHERE d.datallowconn AND NOT d.datistemplate AND d.datname <> pg_catalog.current_database()
UNION ALL
SELECT 'WAL and backups', 'archive_mode = ' || pg_catalog.current_setting('archive_mode'),
       'WAL files, archives, base backups and dumps have what was there before'
UNION ALL
SELECT 'log of the server', 'log_statement = ' || pg_catalog.current_setting('log_statement'),
       'statements and error messages may name keys; and so may files that others wrote'
ORDER BY 1, 2
