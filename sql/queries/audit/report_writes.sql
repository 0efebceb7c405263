-- Writes to protected tables by whatever client: under a ticket, or outside of any purpose.
SELECT pg_catalog.width_bucket(w.at, %(days)s::timestamptz[]) AS day, w.ticket IS NULL AS outside,
       CASE WHEN w.ticket IS NULL THEN w.login::text END AS login, CASE WHEN w.ticket IS NULL THEN w.operation END AS operation,
       pg_catalog.count(*) AS times
FROM sminion.write_log w
WHERE w.at >= %(since)s::timestamptz AND w.at < %(until)s::timestamptz
GROUP BY 1, 2, 3, 4
