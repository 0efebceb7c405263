-- Every write to a protected table as auditors see it, by whatever client; with who acted and why, where it was under a
-- ticket. `rows` is NULL for TRUNCATE.
CREATE VIEW sminion.write_log WITH (security_barrier) AS
  SELECT e.at, e.id, e.transaction, e.ticket, e.login, e.role, k.actor, k.unit, k.purpose, k.reason, k."values",
         e.operation, e.relation, e.columns, e.rows, e.bulk
  FROM sminion.write_event e
  LEFT JOIN sminion.ticket k ON k.id = e.ticket;
COMMENT ON VIEW sminion.write_log IS 'every write to a protected table: who, why, which columns, how many rows';
