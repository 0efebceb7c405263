-- Tickets by login: all of the month, and those of the busiest hour of the clock.
SELECT h.login, pg_catalog.sum(h.times)::bigint AS tickets, pg_catalog.max(h.times) AS busiest,
       (pg_catalog.array_agg(h.hour ORDER BY h.times DESC, h.hour))[1] AS hour
FROM (
  SELECT a.login::text AS login, pg_catalog.date_trunc('hour', a.opened_at, 'UTC') AS hour, pg_catalog.count(*) AS times
  FROM sminion.access_log a
  WHERE a.opened_at >= %(since)s::timestamptz AND a.opened_at < %(until)s::timestamptz
  GROUP BY a.login, 2
) AS h
GROUP BY h.login
ORDER BY 2 DESC, 1
