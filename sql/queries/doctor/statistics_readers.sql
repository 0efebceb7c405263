-- Extensions of this database that keep the texts of statements, and how many accounts beside superusers see those of others.
SELECT e.extname::text,
       (SELECT pg_catalog.count(*) FROM pg_catalog.pg_roles r
        WHERE r.rolcanlogin AND NOT r.rolsuper AND pg_catalog.pg_has_role(r.oid, 'pg_read_all_stats', 'MEMBER'))
FROM pg_catalog.pg_extension e
WHERE e.extname IN ('pg_stat_statements', 'pg_stat_monitor', 'pg_qualstats')
ORDER BY 1;
