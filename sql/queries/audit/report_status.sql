-- What waits for maintenance now. Texts of errors may quote data: of what failed only the steps are named.
SELECT m.events, m.journal_rows, m.journal_since, m.journal_waits_for IS NOT NULL AS held, m.unsettled, m.unsettled_since, m.stuck,
       m.pending, m.maintained_at, s.withheld, s.states_to_remask, s.tables_to_fill, s.tables_blind,
       ARRAY(SELECT f.step FROM pg_catalog.unnest('{fold,tree,months,settle,tidy}'::text[]) AS f (step)
             WHERE m.failed ~ ('(^|; )' || f.step || ': ')) AS failed
FROM sminion.maintenance_status m CROSS JOIN sminion.settle_status s
