-- Every write to a protected table as auditors see it, by whatever client; with who acted and why, where it was under a
-- ticket. `rows` is NULL for TRUNCATE.
-- Not a security barrier: it hides no row from whoever may read it, and a barrier would keep ORDER BY and LIMIT outside, so that
-- the newest rows could only be found by reading all of them.
CREATE VIEW sminion.write_log AS
  SELECT e.at, e.id, e.transaction, e.ticket, e.login, e.role, k.actor, k.unit, k.purpose, k.reason, k."values",
         e.operation, e.relation, e.columns, e.rows, e.bulk
  FROM (
    SELECT v.at, v.id, v.transaction, v.ticket, v.login, v.role, v.operation, v.relation, v.columns, v.rows, v.bulk
    FROM sminion.write_event v
    UNION ALL
    SELECT j.at, j.id, j.transaction, j.ticket, j.login, j.role, j.operation, j.relation, j.columns, j.rows, j.bulk
    FROM sminion.unfolded_writes() j
  ) AS e
  LEFT JOIN sminion.ticket k ON k.id = e.ticket;
COMMENT ON VIEW sminion.write_log IS 'every write to a protected table: who, why, which columns, how many rows';
