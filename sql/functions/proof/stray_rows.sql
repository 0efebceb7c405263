-- Rows of the log that are no leaf, or more than their leaf says, for whoever verifies: in a log that nobody touched there are none,
-- but for `listed`, which counts all rows that say whose data an event held; the leaves say how many there should be.
--
-- What is not numbered yet is not counted: it becomes a leaf when it is folded.
CREATE FUNCTION sminion.stray_rows(OUT kind text, OUT rows bigint) RETURNS SETOF record
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH state AS MATERIALIZED (
    SELECT f.number FROM sminion.fold_state f
  ), source AS (
    SELECT 'ticket' AS kind, k.writer AS transaction, k.id AS key FROM sminion.ticket k
    UNION ALL SELECT 'writer', w.transaction, w.id FROM sminion.log_writer w
    UNION ALL SELECT 'state', e.transaction, e.id FROM sminion.subject_event e
    UNION ALL SELECT 'request', e.transaction, e.id FROM sminion.request_event e
    UNION ALL SELECT 'policy', p.transaction, p.epoch FROM sminion.policy_version p
    UNION ALL SELECT 'dropped_month', d.transaction, d.id FROM sminion.dropped_log d
    UNION ALL SELECT 'suspension', d.transaction, d.id FROM sminion.ddl_suspension d
    UNION ALL SELECT 'act', a.transaction, a.id FROM sminion.act a
  )
  SELECT 'statement', count(*) FROM sminion.statement_event v, state s WHERE v.number < 1 OR v.number > s.number
  UNION ALL
  SELECT 'result', count(*) FROM sminion.statement_result v, state s WHERE v.number < 1 OR v.number > s.number
  UNION ALL
  SELECT 'write', count(*) FROM sminion.write_event v, state s WHERE v.number < 1 OR v.number > s.number
  UNION ALL
  SELECT 'fault', count(*) FROM sminion.log_fault v, state s WHERE v.number < 1 OR v.number > s.number
  UNION ALL
  SELECT e.kind, greatest(0,
    (SELECT count(*) FROM source r
     WHERE r.kind = e.kind AND ((r.transaction, r.key) <= (e.transaction, e.key) OR r.key <= e.restored))
    + CASE WHEN e.kind = 'ticket' THEN (
        SELECT coalesce(sum((a.detail ->> 'events')::bigint), 0) FROM sminion.act a WHERE a.act = 'drop_tickets') ELSE 0 END
    - coalesce((SELECT sum(cardinality(r.keys)) FROM sminion.event_run r WHERE r.kind = e.kind), 0))
  FROM sminion.event_source e
  UNION ALL
  SELECT 'shape', count(*) FROM sminion.statement_shape h
  WHERE h.digest <> sha256(convert_to(jsonb_build_object('codes', h.codes, 'operations', h.operations, 'relations', h.relations,
          'columns', h.columns, 'fingerprint', h.fingerprint, 'statement', h.statement)::text, 'UTF8'))
  UNION ALL
  -- A request is changed in place, and its events say how it must be now.
  SELECT 'request_row', count(*) FROM sminion.request q
  WHERE NOT EXISTS (
    SELECT FROM sminion.request_event o
    WHERE o.request = q.id AND o.event = 'opened' AND o.detail ->> 'kind' = q.kind AND o.detail ->> 'due' = q.due_on::text
      AND o.detail ->> 'trigger' = q.trigger AND (o.detail ->> 'interim')::boolean = q.interim
      AND o.detail ->> 'purpose' IS NOT DISTINCT FROM q.purpose)
    OR (SELECT max(x.detail ->> 'extended_to') FROM sminion.request_event x WHERE x.request = q.id AND x.event = 'extended')
      IS DISTINCT FROM q.extended_to::text
    OR (SELECT max(x.detail ->> 'outcome') FROM sminion.request_event x WHERE x.request = q.id AND x.event = 'closed')
      IS DISTINCT FROM q.outcome
    OR q.identified <> EXISTS (SELECT FROM sminion.request_event x WHERE x.request = q.id AND x.event = 'identified')
  UNION ALL
  SELECT 'listed', (SELECT count(*) FROM sminion.statement_subject) + (SELECT count(*) FROM sminion.write_subject)
    + (SELECT count(*) FROM sminion.erased e WHERE e.field = 'subject')
$sminion$;
COMMENT ON FUNCTION sminion.stray_rows() IS 'rows of the log that are no leaf of its tree, by kind; for verification';
