-- Tables with a retention that is shorter than the time between two looks for what has expired, of rules by which maintenance purges;
-- with that time, in seconds.
SELECT q.name, q.keep, pg_catalog.floor(extract(epoch FROM q.gap))::bigint
FROM (
  SELECT r.schema_name || '.' || r.table_name AS name, r.keep,
         greatest(r.gap, pg_catalog.clock_timestamp() - coalesce(r.run_at, r.since + interval '1 day')) AS gap
  FROM sminion.retention_rule r
  WHERE r.since < pg_catalog.clock_timestamp() - interval '1 day'
) q
WHERE pg_catalog.clock_timestamp() - q.keep::interval > pg_catalog.clock_timestamp() - q.gap
ORDER BY 1;
