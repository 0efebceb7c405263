-- Entries of the log that were not what they claimed to be, and places that are missing.
SELECT f.code, f.login::text AS login, pg_catalog.count(*) AS times
FROM sminion.log_faults f
WHERE f.at >= %(since)s::timestamptz AND f.at < %(until)s::timestamptz
GROUP BY f.code, f.login
ORDER BY 3 DESC, 1, 2
