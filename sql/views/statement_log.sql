-- Every statement as auditors see it, with who acted and why, and what came of it. Without an outcome it was cut off: the
-- application or the server ended while it ran. With a home its ticket is in that database, and who acted and why is there.
CREATE VIEW sminion.statement_log WITH (security_barrier) AS
  SELECT e.at, e.writer, e.place, e.ticket, w.login, k.actor, k.unit, k.purpose, k.reason, k."values", k.role AS compartment,
         CASE WHEN e.refused OR r.refused THEN 'refused' ELSE 'allowed' END AS verdict,
         r.outcomes, h.codes || coalesce(r.codes, '{}') AS codes,
         h.operations, h.relations, h.columns, h.fingerprint, h.statement,
         r.rows, r.bulk, r.microseconds, o.database AS home
  FROM sminion.statement_event e
  JOIN sminion.statement_shape h ON h.id = e.shape
  JOIN sminion.log_writer w ON w.id = e.writer
  LEFT JOIN sminion.log_home o ON o.id = w.home
  LEFT JOIN sminion.ticket k ON k.id = e.ticket AND w.home IS NULL
  LEFT JOIN LATERAL (
    SELECT pg_catalog.array_agg(DISTINCT x.outcome) AS outcomes,
           pg_catalog.bool_or(x.outcome = 'refused') AS refused,
           pg_catalog.sum(x.rows)::bigint AS rows,
           pg_catalog.sum(x.bulk)::bigint AS bulk,
           pg_catalog.sum(x.microseconds)::bigint AS microseconds,
           pg_catalog.array_agg(DISTINCT c.code) FILTER (WHERE c.code IS NOT NULL) AS codes
    FROM (
      SELECT e.outcome, e.codes, e.rows, e.bulk, e.microseconds WHERE e.outcome IS NOT NULL
      UNION ALL
      SELECT y.outcome, y.codes, y.rows, y.bulk, y.microseconds
      FROM sminion.statement_result y
      WHERE y.writer = e.writer AND y.statement = e.place AND y.at >= e.at
    ) AS x
    -- a result has one SQLSTATE at most, so nothing is counted twice
    LEFT JOIN LATERAL pg_catalog.unnest(x.codes) AS c (code) ON true
    HAVING pg_catalog.count(*) > 0
  ) AS r ON true;
COMMENT ON VIEW sminion.statement_log IS 'every statement: who, why, what it touched, the verdict, the outcome';
