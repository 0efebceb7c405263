-- The last checkpoint of the month, the first one after it, which has the month's last events, and how many were signed in it.
SELECT (SELECT pg_catalog.count(*) FROM sminion.checkpoint c WHERE c.at >= %(since)s::timestamptz AND c.at < %(until)s::timestamptz) AS signed,
       last.at AS last_at, last.note AS last_note, next.at AS next_at, next.note AS next_note
FROM (SELECT) AS one
LEFT JOIN LATERAL (
  SELECT c.at, c.note FROM sminion.checkpoint c WHERE c.at < %(until)s::timestamptz ORDER BY c.at DESC, c.size DESC LIMIT 1) AS last ON true
LEFT JOIN LATERAL (
  SELECT c.at, c.note FROM sminion.checkpoint c WHERE c.at >= %(until)s::timestamptz ORDER BY c.at, c.size DESC LIMIT 1) AS next ON true
