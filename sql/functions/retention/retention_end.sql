-- When a row stops to be kept, by the clock of the policy's time zone: the first moment `t` for which `t - keep` is not before `at`. That is
-- `at + keep`, but where a month is too short: a month after 31 January is 1 March, for until then a month before is January.
CREATE FUNCTION sminion.retention_end(at timestamp, keep interval) RETURNS timestamp
LANGUAGE sql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT CASE WHEN NOT isfinite(at) OR at > '290000-01-01' THEN CASE WHEN at > '2000-01-01' THEN 'infinity' ELSE at END
    WHEN e.plain - p.months < e.base THEN date_trunc('month', e.plain) + interval '1 month' ELSE e.plain END
  FROM (SELECT make_interval(years => extract(year FROM keep)::integer, months => extract(month FROM keep)::integer) AS months,
               make_interval(days => extract(day FROM keep)::integer, secs => extract(epoch FROM keep - date_trunc('day', keep))) AS rest) p
  CROSS JOIN LATERAL (SELECT v.at + p.rest AS base, v.at + p.rest + p.months AS plain FROM (
    -- Later ones are out of range, and the planner may compute this first.
    SELECT CASE WHEN at < '290000-01-01' THEN at END) AS v (at)) e
$sminion$;
