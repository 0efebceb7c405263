-- Every statement as auditors see it, with who acted and why, and what came of it. Without an outcome it was cut off: the
-- application or the server ended while it ran.
CREATE VIEW sminion.statement_log WITH (security_barrier) AS
  SELECT e.at, e.writer, e.place, e.ticket, k.login, k.actor, k.unit, k.purpose, k.reason, k.role AS compartment,
         CASE WHEN r.refused THEN 'refused' ELSE e.verdict END AS verdict,
         r.outcomes, e.codes || coalesce(r.codes, '{}') AS codes,
         e.operations, e.relations, e.columns, e.fingerprint, e.statement,
         r.rows, r.bulk, r.microseconds
  FROM sminion.statement_event e
  JOIN sminion.ticket k ON k.id = e.ticket
  LEFT JOIN LATERAL (
    SELECT pg_catalog.array_agg(DISTINCT x.outcome) AS outcomes,
           pg_catalog.bool_or(x.outcome = 'refused') AS refused,
           pg_catalog.sum(x.rows)::bigint AS rows,
           pg_catalog.sum(x.bulk)::bigint AS bulk,
           pg_catalog.sum(x.microseconds)::bigint AS microseconds,
           (SELECT pg_catalog.array_agg(DISTINCT c.code)
            FROM sminion.statement_result y, LATERAL pg_catalog.unnest(y.codes) AS c (code)
            WHERE y.writer = e.writer AND y.statement = e.place AND y.at >= e.at) AS codes
    FROM sminion.statement_result x
    WHERE x.writer = e.writer AND x.statement = e.place AND x.at >= e.at
    HAVING pg_catalog.count(*) > 0
  ) AS r ON true;
COMMENT ON VIEW sminion.statement_log IS 'every statement: who, why, what it touched, the verdict, what came of it';
