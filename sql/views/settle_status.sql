-- What waits for `settle`, `remask` and `backfill`.
CREATE VIEW sminion.settle_status WITH (security_barrier) AS
  SELECT (SELECT count(*) FROM sminion.withheld) AS withheld,
         (SELECT count(*) FROM sminion.unsettled) AS unsettled,
         (SELECT min(u.since) FROM sminion.unsettled u) AS unsettled_since,
         (SELECT count(*) FROM sminion.subject_state s, sminion.policy p WHERE s.epoch < p.mask_epoch) AS states_to_remask,
         (SELECT count(*) FROM sminion.protected_table p WHERE p.next_block IS NOT NULL) AS tables_to_fill;
COMMENT ON VIEW sminion.settle_status IS 'what waits for settle, remask and backfill';
