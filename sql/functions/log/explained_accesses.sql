-- The accesses of a period, each a ticket and a subject, and which sentence of the policy explains it. For auditors, who may not read the
-- rows that explain: only the number of the sentence comes out, and only for accesses that the log has.
--
-- So that nobody asks for what is not on record: `act` is the number of the caller's own record (sminion.record_reading), which has the
-- period. The report of a month counts the same accesses. This transaction has written nothing, so another one has committed the record.
--
-- at, times: of the period. explained_by: the first sentence that explains, NULL for none. judged: the purpose has sentences.
-- deleted: rows of the tables that the sentences name were deleted after the access, of this subject, or all at once: perhaps the one that
-- explained it.
--
-- One query, which reads the log once and each table once. A single condition with all sentences would run them row by row. Nested loops
-- are off: what the log and the sentences give has no statistics, is taken for a few rows, and would be joined row by row.
CREATE FUNCTION sminion.explained_accesses(
  act bigint, OUT ticket bigint, OUT subject text, OUT at timestamptz, OUT times bigint, OUT actor text, OUT unit text, OUT purpose text,
  OUT relations text, OUT judged boolean, OUT explained_by integer, OUT deleted boolean
) RETURNS SETOF record
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET jit = off
SET enable_nestloop = off
AS $sminion$
DECLARE
  asked   sminion.act;
  tests   text;
BEGIN
  SELECT a.* INTO asked FROM sminion.act a
  WHERE a.id = explained_accesses.act AND a.login = session_user AND a.act = 'read_log' AND a.detail ->> 'question' IN ('unexplained', 'report')
    AND pg_current_xact_id_if_assigned() IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG618',
      MESSAGE = 'reading the log is not on record, so nothing was read',
      DETAIL = 'No committed record of yours, with the question `unexplained` or `report`, has this number; or this transaction has written something.',
      HINT = 'Use `sminion-guard audit unexplained`, or pass what `sminion.record_reading(''unexplained'')` returned, in a new transaction.';
  END IF;
  PERFORM sminion.require_explainable(e) FROM sminion.explanation e WHERE e.table_name IS NOT NULL;
  SELECT string_agg(format(
    'SELECT a.ticket, a.subject, %s AS place FROM access a WHERE a.purpose OPERATOR(pg_catalog.=) %L AND (%s)', e.place, e.purpose, part),
    ' UNION ALL ') INTO tests
  FROM sminion.explanation e
  LEFT JOIN sminion.protected_table p ON p.schema_name = e.schema_name AND p.table_name = e.table_name
  CROSS JOIN LATERAL unnest(sminion.explanation_test(e, p)) AS part;
  RETURN QUERY EXECUTE format($query$
    WITH access AS MATERIALIZED (
      SELECT g.ticket, g.subject, g.at, g.times, g.relations, k.actor::text, k.unit::text, k.purpose, k.basis_ref::text,
             k.subject AS named, k."values"
      FROM (
        SELECT s.ticket, s.subject, min(s.at) AS at, count(*) AS times,
               string_agg(DISTINCT array_to_string(s.relations, ', '), ', ') AS relations
        FROM sminion.subject_access s
        WHERE s.home IS NULL AND s.ticket IS NOT NULL
          AND s.at >= coalesce($1, '-infinity') AND s.at < coalesce($2, 'infinity')
        GROUP BY s.ticket, s.subject
      ) AS g
      JOIN sminion.ticket k ON k.id = g.ticket
    ), explained AS (
      SELECT x.ticket, x.subject, min(x.place) AS place FROM (%s) AS x GROUP BY x.ticket, x.subject
    ), lost AS (
      SELECT DISTINCT c.purpose, d.subject, d.at
      FROM (
        SELECT DISTINCT e.purpose, m.relation
        FROM sminion.explanation e
        CROSS JOIN LATERAL (
          SELECT e.schema_name || '.' || e.table_name AS relation
          UNION ALL
          SELECT n.nspname || '.' || c.relname FROM pg_partition_tree(to_regclass(format('%%I.%%I', e.schema_name, e.table_name))) f
          JOIN pg_class c ON c.oid = f.relid JOIN pg_namespace n ON n.oid = c.relnamespace
        ) AS m
        WHERE e.table_name IS NOT NULL
      ) AS c
      JOIN (
        SELECT v.relation, s.subject, v.at FROM sminion.write_event v
        LEFT JOIN sminion.write_subject s ON s.event = v.id AND s.at = v.at
        WHERE v.operation = 'delete' AND v.at >= coalesce($1, '-infinity') AND (s.subject IS NOT NULL OR v.rows IS NULL)
        UNION ALL
        SELECT w.relation, s.subject, w.at FROM sminion.unfolded_writes() w LEFT JOIN LATERAL unnest(w.subjects) AS s (subject) ON true
        WHERE w.operation = 'delete' AND (s.subject IS NOT NULL OR w.rows IS NULL)
      ) AS d ON d.relation = c.relation
    )
    SELECT a.ticket, a.subject, a.at, a.times, a.actor, a.unit, a.purpose, a.relations,
           EXISTS (SELECT FROM sminion.explanation e WHERE e.purpose = a.purpose),
           x.place, x.place IS NULL AND (l.at IS NOT NULL AND l.at >= a.at OR r.at IS NOT NULL AND r.at >= a.at)
    FROM access a
    LEFT JOIN explained x ON x.ticket = a.ticket AND x.subject = a.subject
    LEFT JOIN (SELECT o.purpose, o.subject, max(o.at) AS at FROM lost o WHERE o.subject IS NOT NULL GROUP BY 1, 2) AS l
      ON l.purpose = a.purpose AND l.subject COLLATE "C" = a.subject
    LEFT JOIN (SELECT o.purpose, max(o.at) AS at FROM lost o WHERE o.subject IS NULL GROUP BY 1) AS r ON r.purpose = a.purpose
  $query$, coalesce(tests, 'SELECT NULL::bigint AS ticket, NULL::text AS subject, NULL::integer AS place WHERE false'))
  USING (asked.detail ->> 'since')::timestamptz, (asked.detail ->> 'until')::timestamptz;
END
$sminion$;
COMMENT ON FUNCTION sminion.explained_accesses(bigint) IS 'accesses of a period that is on record, and what explains each';
