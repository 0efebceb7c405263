-- Who touched data of a subject: one row per result that held the subject's key, and one per write to its rows, with the
-- number that sminion.write_log has for it. Results and writes marked `bulk` list only some of their subjects.
-- With a home the ticket is in that database.
-- Not a security barrier: it hides no row from whoever may read it, and a barrier would keep ORDER BY and LIMIT outside, so that
-- the newest rows could only be found by reading all of them.
CREATE VIEW sminion.subject_access AS
  SELECT s.subject, s.at, s.writer, s.place, s.ticket, w.login, k.actor, k.unit, k.purpose, k.reason, k."values", h.operations,
         h.relations, h.columns, NULL::bigint AS write, o.database AS home
  FROM (
    SELECT t.subject, t.at, t.writer, e.place, e.ticket, e.shape
    FROM sminion.statement_subject t
    JOIN sminion.statement_event e ON e.writer = t.writer AND e.place = t.statement AND e.at <= t.at
    UNION ALL
    SELECT t.subject, j.at, j.writer, coalesce(j.of, j.place), j.ticket, j.shape
    FROM sminion.unfolded_entries() j
    CROSS JOIN LATERAL (SELECT l.subject COLLATE "C" FROM pg_catalog.unnest(j.subjects) AS l (subject)) AS t
    WHERE j.kind <> 'fault'
  ) AS s
  JOIN sminion.statement_shape h ON h.id = s.shape
  JOIN sminion.log_writer w ON w.id = s.writer
  LEFT JOIN sminion.log_home o ON o.id = w.home
  LEFT JOIN sminion.ticket k ON k.id = s.ticket AND w.home IS NULL
  UNION ALL
  SELECT e.subject, e.at, NULL, NULL, e.ticket, e.login, k.actor, k.unit, k.purpose, k.reason, k."values", ARRAY[e.operation],
         ARRAY[e.relation], e.columns, e.id, NULL
  FROM (
    SELECT s.subject, v.at, v.ticket, v.login, v.operation, v.relation, v.columns, v.id
    FROM sminion.write_subject s
    JOIN sminion.write_event v ON v.id = s.event AND v.at = s.at
    UNION ALL
    SELECT l.subject COLLATE "C", j.at, j.ticket, j.login, j.operation, j.relation, j.columns, j.id
    FROM sminion.unfolded_writes() j CROSS JOIN LATERAL pg_catalog.unnest(j.subjects) AS l (subject)
  ) AS e
  LEFT JOIN sminion.ticket k ON k.id = e.ticket;
COMMENT ON VIEW sminion.subject_access IS 'each access to data of a subject: who, for which purpose, why';
