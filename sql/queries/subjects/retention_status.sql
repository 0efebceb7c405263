-- Python's moments end with the year 9999.
SELECT s.schema_name, s.table_name, s.after_column, s.keep, s.way, s.since, s.expired, s.kept, s.used,
       s.oldest, CASE WHEN s.next < '9999-12-30' THEN s.next END AS next,
       s.indexed, s.purged, s.run_at, s.done_at, s.overdue, s.failing, s.hindrance, s.cause
FROM sminion.retention_status(%(slow)s) s
