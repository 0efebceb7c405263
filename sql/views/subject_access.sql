-- Who received data of a subject: one row per result that held the subject's key. Results marked `bulk` in
-- sminion.statement_log do not list their subjects.
CREATE VIEW sminion.subject_access WITH (security_barrier) AS
  SELECT s.subject, s.at, s.writer, e.place, e.ticket, k.login, k.actor, k.unit, k.purpose, k.reason, e.operations,
         e.relations, e.columns
  FROM sminion.statement_subject s
  JOIN sminion.statement_event e ON e.writer = s.writer AND e.place = s.statement AND e.at <= s.at
  JOIN sminion.ticket k ON k.id = e.ticket;
COMMENT ON VIEW sminion.subject_access IS 'each access to data of a subject: who, for which purpose, why';
