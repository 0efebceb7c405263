-- Entries of the log that are not what they claim, and places that are missing, by login and kind.
SELECT f.login::text, f.code, pg_catalog.count(*), pg_catalog.to_char(pg_catalog.max(f.at), 'YYYY-MM-DD HH24:MI:SS TZ'), pg_catalog.max(f.message)
FROM sminion.log_faults f
GROUP BY f.login, f.code
ORDER BY 1, 2;
