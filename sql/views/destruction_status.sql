-- Destructions, table by table: what was done, and why rows are left.
CREATE VIEW sminion.destruction_status WITH (security_barrier) AS
  SELECT d.id AS destruction, d.request, d.subject, d.begun_at, d.completed_at, d.actor, d.login, t.place, t.schema_name, t.table_name,
         t.way, t.shared, t.planned, t.destroyed, t.depersonalized, t.unlinked, t.state, t.cause, t.hold, h.reason AS hold_reason,
         h.basis AS hold_basis, h.until AS hold_until, t.batches, t.longest, t.done_at
  FROM sminion.destruction d
  JOIN sminion.destruction_table t ON t.destruction = d.id
  LEFT JOIN sminion.hold h ON h.id = t.hold;
COMMENT ON VIEW sminion.destruction_status IS 'what was destroyed of people''s data, table by table, and why rows are left';
