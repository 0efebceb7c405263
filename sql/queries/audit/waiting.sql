SELECT s.events, s.journal_rows, s.journal_since, s.journal_waits_for, s.failed,
       (SELECT pg_catalog.count(*) FROM sminion.log_faults f)
FROM sminion.maintenance_status s
