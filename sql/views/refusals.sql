-- What was refused: by the analyzer before the statement was sent, or by the server. With a home its ticket is there.
-- Not a security barrier: it hides no row from whoever may read it, and a barrier would keep ORDER BY and LIMIT outside, so that
-- the newest rows could only be found by reading all of them.
CREATE VIEW sminion.refusals AS
  SELECT e.at, e.writer, e.place, e.ticket, w.login, k.actor, k.unit, k.purpose, k.reason, k."values",
         CASE WHEN h.verdict = 'refused' AND NOT e.follows THEN 'analyzer' ELSE 'server' END AS refused_by,
         CASE WHEN e.follows THEN '{}' ELSE h.codes END || coalesce(e.codes, '{}') AS codes,
         h.operations, h.relations, h.columns, h.statement, o.database AS home
  FROM (
    SELECT v.at, v.writer, v.place, v.ticket, v.shape, v.codes, false AS follows
    FROM sminion.statement_event v WHERE v.refused
    UNION ALL
    SELECT r.at, r.writer, r.statement, v.ticket, v.shape, r.codes, true
    FROM sminion.statement_result r
    JOIN sminion.statement_event v ON v.writer = r.writer AND v.place = r.statement AND v.at <= r.at
    WHERE r.outcome = 'refused'
    UNION ALL
    SELECT j.at, j.writer, coalesce(j.of, j.place), j.ticket, j.shape, j.codes, j.kind = 'result'
    FROM sminion.unfolded_entries() j WHERE j.refused
  ) AS e
  JOIN sminion.statement_shape h ON h.id = e.shape
  JOIN sminion.log_writer w ON w.id = e.writer
  LEFT JOIN sminion.log_home o ON o.id = w.home
  LEFT JOIN sminion.ticket k ON k.id = e.ticket AND w.home IS NULL;
COMMENT ON VIEW sminion.refusals IS 'what was refused, by the analyzer or by the server, to whom and why';
