-- From the first day of which the log has all: what was dropped is silent.
SELECT GREATEST(
    ((SELECT a.opened_at FROM sminion.access_log a ORDER BY a.id LIMIT 1) AT TIME ZONE 'UTC')::date,
    (SELECT (pg_catalog.max(d.month) + interval '1 month')::date FROM sminion.dropped_log d)) AS first,
  ((SELECT a.opened_at FROM sminion.access_log a ORDER BY a.id DESC LIMIT 1) AT TIME ZONE 'UTC')::date AS last
