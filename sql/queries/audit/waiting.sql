SELECT s.events, s.journal_rows, s.journal_since, s.journal_waits_for, s.failed, f.faults, f.gaps
FROM sminion.maintenance_status s
CROSS JOIN (
  SELECT pg_catalog.count(*) FILTER (WHERE l.entry IS NOT NULL) AS faults, pg_catalog.count(*) FILTER (WHERE l.entry IS NULL) AS gaps
  FROM sminion.log_faults l) f
