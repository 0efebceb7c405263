-- Changes of states that wait for a lock, and who holds it now. What they deny is denied; `settle` stores them.
CREATE VIEW sminion.pending_changes WITH (security_barrier) AS
  SELECT p.id, p.subject, p.event, p.purpose, p.since, p.denied <> 0 AS denies, sminion.state_holders(p.subject) AS held_by
  FROM sminion.pending_change p;
COMMENT ON VIEW sminion.pending_changes IS 'changes of states that wait for a lock, and who holds it';
