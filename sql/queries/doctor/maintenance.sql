-- What waits for maintenance, and for how long, in minutes. Which tables the guard does not see through is not asked here: that looks at
-- each table, and `settling` does it.
SELECT s.journal_rows, pg_catalog.floor(extract(epoch FROM pg_catalog.now() - s.journal_since) / 60)::bigint, s.journal_waits_for,
       s.unsettled, pg_catalog.floor(extract(epoch FROM pg_catalog.now() - s.unsettled_since) / 60)::bigint, s.stuck, s.months_ahead, s.failed,
       t.withheld, t.states_to_remask, t.tables_to_fill
FROM sminion.maintenance_status s CROSS JOIN sminion.settle_status t;
