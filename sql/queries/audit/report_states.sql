-- Changes of states, such as consents that were given or withdrawn.
SELECT pg_catalog.width_bucket(s.at, %(days)s::timestamptz[]) AS day, s.event, s.purpose, pg_catalog.count(*) AS times
FROM sminion.subject_history s
WHERE s.at >= %(since)s::timestamptz AND s.at < %(until)s::timestamptz
GROUP BY 1, 2, 3
