-- What was refused: by the analyzer before the statement was sent, or by the server.
CREATE VIEW sminion.refusals WITH (security_barrier) AS
  SELECT e.at, e.writer, e.place, e.ticket, k.login, k.actor, k.unit, k.purpose, k.reason,
         CASE WHEN h.verdict = 'refused' THEN 'analyzer' ELSE 'server' END AS refused_by,
         h.codes || coalesce(e.codes, '{}') AS codes, h.operations, h.relations, h.columns, h.statement
  FROM sminion.statement_event e
  JOIN sminion.statement_shape h ON h.id = e.shape
  JOIN sminion.ticket k ON k.id = e.ticket
  WHERE e.refused
  UNION ALL
  SELECT r.at, r.writer, r.statement, e.ticket, k.login, k.actor, k.unit, k.purpose, k.reason, 'server',
         r.codes, h.operations, h.relations, h.columns, h.statement
  FROM sminion.statement_result r
  JOIN sminion.statement_event e ON e.writer = r.writer AND e.place = r.statement AND e.at <= r.at
  JOIN sminion.statement_shape h ON h.id = e.shape
  JOIN sminion.ticket k ON k.id = e.ticket
  WHERE r.outcome = 'refused';
COMMENT ON VIEW sminion.refusals IS 'what was refused, by the analyzer or by the server, to whom and why';
