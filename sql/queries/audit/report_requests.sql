-- Requests of people that were received in the month, and those that were closed in it; and what is open now.
SELECT 'received' AS what, pg_catalog.width_bucket(r.received_at, %(days)s::timestamptz[]) AS day, r.kind, pg_catalog.count(*) AS times
FROM sminion.request_status r
WHERE r.received_at >= %(since)s::timestamptz AND r.received_at < %(until)s::timestamptz
GROUP BY 2, r.kind
UNION ALL
SELECT 'closed', pg_catalog.width_bucket(r.closed_at, %(days)s::timestamptz[]), r.kind, pg_catalog.count(*)
FROM sminion.request_status r
WHERE r.closed_at >= %(since)s::timestamptz AND r.closed_at < %(until)s::timestamptz
GROUP BY 2, r.kind
UNION ALL
SELECT 'late', pg_catalog.width_bucket(r.closed_at, %(days)s::timestamptz[]), r.kind, pg_catalog.count(*)
FROM sminion.request_status r
WHERE r.closed_at >= %(since)s::timestamptz AND r.closed_at < %(until)s::timestamptz
  AND (r.closed_at AT TIME ZONE %(zone)s::text)::date > r.due_on
GROUP BY 2, r.kind
UNION ALL
SELECT r.state, NULL, r.kind, pg_catalog.count(*)
FROM sminion.request_status r WHERE r.state IN ('open', 'overdue')
GROUP BY r.state, r.kind
