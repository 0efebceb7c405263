-- Tickets of the purposes that still see people whose processing is blocked; units with few of them are counted as one.
WITH counted AS (
  SELECT pg_catalog.width_bucket(a.opened_at, %(days)s::timestamptz[]) AS day, a.purpose, coalesce(a.unit, '') AS unit,
         pg_catalog.count(*) AS times
  FROM sminion.access_log a
  WHERE a.opened_at >= %(since)s::timestamptz AND a.opened_at < %(until)s::timestamptz AND a.purpose = ANY (%(purposes)s::text[])
  GROUP BY 1, 2, 3
), units AS (
  SELECT c.unit, pg_catalog.row_number() OVER (ORDER BY pg_catalog.sum(c.times) DESC, c.unit) AS rank FROM counted c GROUP BY c.unit
)
SELECT 'purpose' AS what, c.day, c.purpose AS name, 1::bigint AS names, pg_catalog.sum(c.times)::bigint AS times
FROM counted c GROUP BY c.day, c.purpose
UNION ALL
SELECT 'unit', c.day, u.name, u.names, pg_catalog.sum(c.times)::bigint
FROM counted c
JOIN (SELECT unit, CASE WHEN rank <= %(most)s THEN unit END AS name,
             CASE WHEN rank <= %(most)s THEN 1 ELSE pg_catalog.count(*) OVER () - %(most)s END AS names FROM units) AS u USING (unit)
GROUP BY c.day, u.name, u.names
