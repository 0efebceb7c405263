-- The month as the policy counts days: the policy that was in force at its end, or the newest one. And whether the login may read
-- what a report needs, the checkpoints among it.
SELECT z.zone, pg_catalog.clock_timestamp() AS asked_at,
       ARRAY(SELECT d.day AT TIME ZONE z.zone
             FROM pg_catalog.generate_series(%(first)s::date::timestamp, %(first)s::date::timestamp + interval '1 month', '1 day') AS d (day)
             ORDER BY d.day) AS edges,
       pg_catalog.has_table_privilege('sminion.checkpoint', 'SELECT')
         AND pg_catalog.has_table_privilege('sminion.subject_history', 'SELECT') AS permitted
FROM (
  SELECT coalesce((
    SELECT p.document ->> 'timezone' FROM sminion.policy_version p
    WHERE p.applied_at < (%(first)s::date::timestamp + interval '1 month') AT TIME ZONE 'UTC'
    ORDER BY p.epoch DESC LIMIT 1), 'UTC') AS zone
) AS z
