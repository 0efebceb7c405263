-- Refusals, by day, by code, and by login and purpose. Codes are what logins wrote: what has not the form of one is counted as ''.
WITH refused AS MATERIALIZED (
  SELECT pg_catalog.width_bucket(r.at, %(days)s::timestamptz[]) AS day, r.login::text AS login, coalesce(r.purpose, '') AS purpose,
         r.codes && %(merges)s::text[] AS merge,
         ARRAY(SELECT DISTINCT CASE WHEN c.code ~ '^[0-9A-Z]{5}$' THEN c.code ELSE '' END FROM pg_catalog.unnest(r.codes) AS c (code)) AS codes
  FROM sminion.refusals r
  WHERE r.at >= %(since)s::timestamptz AND r.at < %(until)s::timestamptz
)
SELECT 'day' AS what, r.day, NULL::text AS code, NULL::text AS login, NULL::text AS purpose, r.merge, pg_catalog.count(*) AS times
FROM refused r GROUP BY r.day, r.merge
UNION ALL
SELECT 'code', NULL, c.code, NULL, NULL, NULL, pg_catalog.count(*)
FROM refused r CROSS JOIN LATERAL pg_catalog.unnest(r.codes) AS c (code) GROUP BY c.code
UNION ALL
SELECT 'login', NULL, NULL, r.login, r.purpose, r.merge, pg_catalog.count(*)
FROM refused r GROUP BY r.login, r.purpose, r.merge
