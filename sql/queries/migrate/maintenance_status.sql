SELECT s.journal_rows, s.journal_bytes, s.journal_since, s.journal_waits_for, s.events, s.unsettled, s.unsettled_since, s.stuck,
       s.months_ahead, s.failed
FROM sminion.maintenance_status s
