-- The retention of each table by the policy in force, and how far expired rows are purged. It counts nothing: see sminion.retention_status.
CREATE VIEW sminion.retention_progress WITH (security_barrier) AS
  SELECT r.place, r.schema_name, r.table_name, r.after_column, r.keep, r.zone, r.way, r.since, r.purged, r.batches, r.longest, r.run_at,
         r.done_at, r.cause
  FROM sminion.retention_rule r;
COMMENT ON VIEW sminion.retention_progress IS 'retention by the policy in force, and how far expired rows are purged';
