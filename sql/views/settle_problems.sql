-- What settling could not finish, and why: the subjects stay withheld, and each call tries again. `stale_rows` is NULL where
-- the rows cannot be counted; a table that the guard does not see through is named before anything waits for it.
CREATE VIEW sminion.settle_problems WITH (security_barrier) AS
  SELECT u.stuck_in AS "table", count(DISTINCT u.subject) AS subjects, sum(u.stale_rows)::bigint AS stale_rows, u.cause,
         min(u.since) AS since
  FROM sminion.unsettled u
  WHERE u.cause IS NOT NULL
  GROUP BY u.stuck_in, u.cause
  UNION ALL
  SELECT format('%s.%s', b.schema_name, b.table_name), 0, NULL, b.cause, NULL
  FROM sminion.blind_tables() b
  WHERE NOT EXISTS (SELECT FROM sminion.unsettled u
                    WHERE u.stuck_in = format('%s.%s', b.schema_name, b.table_name) AND u.cause = b.cause);
COMMENT ON VIEW sminion.settle_problems IS 'what settling could not finish: table, subjects, rows and cause';
