-- What waits for `settle`, `remask` and `backfill`. Pending changes are named, with who holds their locks, in
-- `pending_changes`, and what a call of `settle` could not finish in `settle_problems`.
CREATE VIEW sminion.settle_status WITH (security_barrier) AS
  SELECT (SELECT count(DISTINCT w.subject) FROM sminion.withheld w) AS withheld,
         (SELECT count(*) FROM (
            SELECT u.subject FROM sminion.unsettled u UNION SELECT p.subject FROM sminion.pending_change p) q) AS unsettled,
         (SELECT least(min(u.since), (SELECT min(p.since) FROM sminion.pending_change p)) FROM sminion.unsettled u)
           AS unsettled_since,
         (SELECT count(*) FROM sminion.pending_change) AS pending,
         (SELECT count(DISTINCT u.subject) FROM sminion.unsettled u WHERE u.cause NOT LIKE 'locked: %') AS stuck,
         (SELECT count(*) FROM sminion.subject_state s, sminion.policy p WHERE s.epoch < p.mask_epoch) AS states_to_remask,
         (SELECT count(*) FROM sminion.protected_table p WHERE p.next_block IS NOT NULL) AS tables_to_fill,
         (SELECT count(*) FROM sminion.protected_table p JOIN sminion.blind_tables() b USING (schema_name, table_name)
          WHERE p.next_block IS NOT NULL) AS tables_blind;
COMMENT ON VIEW sminion.settle_status IS 'what settle, remask and backfill have still to do';
