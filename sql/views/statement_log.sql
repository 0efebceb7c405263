-- Every statement as auditors see it, with who acted and why, and what came of it. Without an outcome it was cut off: the
-- application or the server ended while it ran. Sums end at the largest number there is, so that no login makes the view
-- fail by what it claims. With a home its ticket is in that database, and who acted and why is there.
-- Not a security barrier: it hides no row from whoever may read it, and a barrier would keep ORDER BY and LIMIT outside, so that
-- the newest rows could only be found by reading all of them.
CREATE VIEW sminion.statement_log AS
  SELECT e.at, e.writer, e.place, e.ticket, w.login, k.actor, k.unit, k.purpose, k.reason, k."values", k.role AS compartment,
         CASE WHEN e.refused OR r.refused OR u.refused THEN 'refused' ELSE 'allowed' END AS verdict,
         CASE WHEN u.outcomes IS NULL THEN r.outcomes
           ELSE ARRAY(SELECT DISTINCT o.outcome FROM pg_catalog.unnest(r.outcomes || u.outcomes) AS o (outcome) ORDER BY 1) END AS outcomes,
         h.codes || CASE WHEN u.codes IS NULL THEN coalesce(r.codes, '{}')
           ELSE ARRAY(SELECT DISTINCT c.code FROM pg_catalog.unnest(r.codes || u.codes) AS c (code) ORDER BY 1) END AS codes,
         h.operations, h.relations, h.columns, h.fingerprint, h.statement,
         CASE WHEN r.rows IS NOT NULL OR u.rows IS NOT NULL
           THEN LEAST(coalesce(r.rows, 0) + coalesce(u.rows, 0), 9223372036854775807)::bigint END AS rows,
         CASE WHEN r.bulk IS NOT NULL OR u.bulk IS NOT NULL
           THEN LEAST(coalesce(r.bulk, 0) + coalesce(u.bulk, 0), 9223372036854775807)::bigint END AS bulk,
         CASE WHEN r.microseconds IS NOT NULL OR u.microseconds IS NOT NULL
           THEN LEAST(coalesce(r.microseconds, 0) + coalesce(u.microseconds, 0), 9223372036854775807)::bigint END AS microseconds,
         o.database AS home
  FROM (
    SELECT v.at, v.writer, v.place, v.ticket, v.shape, v.refused, v.outcome, v.codes, v.rows, v.bulk, v.microseconds
    FROM sminion.statement_event v
    UNION ALL
    SELECT j.at, j.writer, j.place, j.ticket, j.shape, j.refused, j.outcome, j.codes, j.rows, j.bulk, j.microseconds
    FROM sminion.unfolded_entries() j WHERE j.kind = 'statement'
  ) AS e
  JOIN sminion.statement_shape h ON h.id = e.shape
  JOIN sminion.log_writer w ON w.id = e.writer
  LEFT JOIN sminion.log_home o ON o.id = w.home
  LEFT JOIN sminion.ticket k ON k.id = e.ticket AND w.home IS NULL
  LEFT JOIN LATERAL (
    SELECT pg_catalog.array_agg(DISTINCT x.outcome) AS outcomes,
           pg_catalog.bool_or(x.outcome = 'refused') AS refused,
           pg_catalog.sum(x.rows) AS rows,
           pg_catalog.sum(x.bulk) AS bulk,
           pg_catalog.sum(x.microseconds) AS microseconds,
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
  ) AS r ON true
  -- Results that are still in the journal, also of statements that are in the log.
  LEFT JOIN (
    SELECT j.writer, j.of, pg_catalog.array_agg(DISTINCT j.outcome) AS outcomes,
           pg_catalog.bool_or(j.refused) AS refused,
           pg_catalog.sum(j.rows) AS rows,
           pg_catalog.sum(j.bulk) AS bulk,
           pg_catalog.sum(j.microseconds) AS microseconds,
           pg_catalog.array_agg(DISTINCT c.code) FILTER (WHERE c.code IS NOT NULL) AS codes
    FROM sminion.unfolded_entries() j
    LEFT JOIN LATERAL pg_catalog.unnest(j.codes) AS c (code) ON true
    WHERE j.kind = 'result'
    GROUP BY j.writer, j.of
  ) AS u ON u.writer = e.writer AND u.of = e.place;
COMMENT ON VIEW sminion.statement_log IS 'every statement: who, why, what it touched, the verdict, the outcome';
