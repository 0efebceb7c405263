-- Who touched data of a subject: one row per result that held the subject's key, and one per write to its rows, with the
-- number that sminion.write_log has for it. Results and writes marked `bulk` list only some of their subjects.
-- With a home the ticket is in that database.
CREATE VIEW sminion.subject_access WITH (security_barrier) AS
  SELECT s.subject, s.at, s.writer, e.place, e.ticket, w.login, k.actor, k.unit, k.purpose, k.reason, k."values", h.operations,
         h.relations, h.columns, NULL::bigint AS write, o.database AS home
  FROM sminion.statement_subject s
  JOIN sminion.statement_event e ON e.writer = s.writer AND e.place = s.statement AND e.at <= s.at
  JOIN sminion.statement_shape h ON h.id = e.shape
  JOIN sminion.log_writer w ON w.id = e.writer
  LEFT JOIN sminion.log_home o ON o.id = w.home
  LEFT JOIN sminion.ticket k ON k.id = e.ticket AND w.home IS NULL
  UNION ALL
  SELECT s.subject, s.at, NULL, NULL, e.ticket, e.login, k.actor, k.unit, k.purpose, k.reason, k."values", ARRAY[e.operation],
         ARRAY[e.relation], e.columns, e.id, NULL
  FROM sminion.write_subject s
  JOIN sminion.write_event e ON e.id = s.event AND e.at = s.at
  LEFT JOIN sminion.ticket k ON k.id = e.ticket;
COMMENT ON VIEW sminion.subject_access IS 'each access to data of a subject: who, for which purpose, why';
