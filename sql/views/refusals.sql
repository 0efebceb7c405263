-- What was refused: by the analyzer before the statement was sent, or by the server. With a home its ticket is there.
CREATE VIEW sminion.refusals WITH (security_barrier) AS
  SELECT e.at, e.writer, e.place, e.ticket, w.login, k.actor, k.unit, k.purpose, k.reason, k."values",
         CASE WHEN h.verdict = 'refused' THEN 'analyzer' ELSE 'server' END AS refused_by,
         h.codes || coalesce(e.codes, '{}') AS codes, h.operations, h.relations, h.columns, h.statement, o.database AS home
  FROM sminion.statement_event e
  JOIN sminion.statement_shape h ON h.id = e.shape
  JOIN sminion.log_writer w ON w.id = e.writer
  LEFT JOIN sminion.log_home o ON o.id = w.home
  LEFT JOIN sminion.ticket k ON k.id = e.ticket AND w.home IS NULL
  WHERE e.refused
  UNION ALL
  SELECT r.at, r.writer, r.statement, e.ticket, w.login, k.actor, k.unit, k.purpose, k.reason, k."values", 'server',
         r.codes, h.operations, h.relations, h.columns, h.statement, o.database AS home
  FROM sminion.statement_result r
  JOIN sminion.statement_event e ON e.writer = r.writer AND e.place = r.statement AND e.at <= r.at
  JOIN sminion.statement_shape h ON h.id = e.shape
  JOIN sminion.log_writer w ON w.id = e.writer
  LEFT JOIN sminion.log_home o ON o.id = w.home
  LEFT JOIN sminion.ticket k ON k.id = e.ticket AND w.home IS NULL
  WHERE r.outcome = 'refused';
COMMENT ON VIEW sminion.refusals IS 'what was refused, by the analyzer or by the server, to whom and why';
