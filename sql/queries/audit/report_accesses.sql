-- Statements of guarded sessions that were not refused, by day: each once for its purpose, once for its unit, and once for what it
-- touched, from which the caller tells the categories. Only columns of the view that need no results: the server then leaves the
-- results out. Units are what logins wrote, so there may be any number of them: those with few statements are counted as one.
WITH refused AS MATERIALIZED (
  SELECT DISTINCT r.writer, r.place FROM sminion.refusals r WHERE r.at >= %(since)s::timestamptz
), counted AS MATERIALIZED (
  SELECT d.day, d.policy, coalesce(l.purpose, '') AS purpose, coalesce(l.unit, '') AS unit, l.relations, l.columns, pg_catalog.count(*) AS times
  FROM sminion.statement_log l
  CROSS JOIN LATERAL (SELECT pg_catalog.width_bucket(l.at, %(days)s::timestamptz[]) AS day,
                             pg_catalog.width_bucket(l.at, %(changes)s::timestamptz[]) AS policy) AS d
  WHERE l.at >= %(since)s::timestamptz AND l.at < %(until)s::timestamptz
    AND NOT EXISTS (SELECT FROM refused r WHERE r.writer = l.writer AND r.place = l.place)
  GROUP BY d.day, d.policy, coalesce(l.purpose, ''), coalesce(l.unit, ''), l.relations, l.columns
), units AS (
  SELECT c.unit, pg_catalog.row_number() OVER (ORDER BY pg_catalog.sum(c.times) DESC, c.unit) AS rank
  FROM counted c GROUP BY c.unit
)
SELECT 'purpose' AS what, c.day, c.purpose AS name, 1::bigint AS names, NULL::integer AS policy, NULL::text[] AS relations,
       NULL::text[] AS columns, pg_catalog.sum(c.times)::bigint AS times
FROM counted c GROUP BY c.day, c.purpose
UNION ALL
SELECT 'unit', c.day, u.name, u.names, NULL, NULL, NULL, pg_catalog.sum(c.times)::bigint
FROM counted c
JOIN (SELECT unit, CASE WHEN rank <= %(most)s THEN unit END AS name,
             CASE WHEN rank <= %(most)s THEN 1 ELSE pg_catalog.count(*) OVER () - %(most)s END AS names FROM units) AS u USING (unit)
GROUP BY c.day, u.name, u.names
UNION ALL
SELECT 'data', c.day, NULL, 1, c.policy, c.relations, c.columns, pg_catalog.sum(c.times)::bigint
FROM counted c GROUP BY c.day, c.policy, c.relations, c.columns
