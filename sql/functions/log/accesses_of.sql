-- The newest accesses to data of a subject, as the view sminion.subject_access has them, for `sminion-guard audit subject`: at least
-- `most` of each kind (results, writes) where there are so many, and all that stand at the last moment.
--
-- The view joins whole logs, so each of its months is planned with each, and a statement is looked for in all months up to that of its
-- result. Here the places of a page are found first, in the order of time, and then a statement in the month of its result, and in
-- those before where it is not there. Whoever may call it may read the view.
--
-- since, until: `until` is not included; NULL for no bound.
-- place:        the moment where the page before ended: what stands there is returned again; NULL for the first page.
CREATE FUNCTION sminion.accesses_of(
  subject text, since timestamptz, until timestamptz, place timestamptz, most bigint
) RETURNS SETOF sminion.subject_access
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $sminion$
#variable_conflict use_column
DECLARE
  low   CONSTANT timestamptz := coalesce(accesses_of.since, '-infinity');
  -- the first moment that is too late for both
  high  CONSTANT timestamptz := coalesce(accesses_of.until, 'infinity');
  below CONSTANT timestamptz := least(high, coalesce(accesses_of.place, 'infinity'));
BEGIN
  RETURN QUERY
  WITH result AS MATERIALIZED (
    (SELECT t.at, t.writer, t.statement FROM sminion.statement_subject t
     WHERE t.subject = accesses_of.subject AND t.at >= low AND t.at < below
     ORDER BY t.at DESC FETCH FIRST (accesses_of.most) ROWS WITH TIES)
    UNION ALL
    SELECT t.at, t.writer, t.statement FROM sminion.statement_subject t
    WHERE t.subject = accesses_of.subject AND t.at = accesses_of.place AND t.at >= low AND t.at < high
  ), statement AS (
    SELECT r.at, r.writer, r.statement AS place, e.ticket, e.shape
    FROM result r
    CROSS JOIN LATERAL (
      -- There is one: the other months are asked only where that of the result has it not.
      SELECT e.ticket, e.shape FROM sminion.statement_event e
      WHERE e.writer = r.writer AND e.place = r.statement AND e.at >= date_trunc('month', r.at, 'UTC') AND e.at <= r.at
      UNION ALL
      SELECT e.ticket, e.shape FROM sminion.statement_event e
      WHERE e.writer = r.writer AND e.place = r.statement AND e.at < date_trunc('month', r.at, 'UTC')
      LIMIT 1) e
    UNION ALL
    SELECT j.at, j.writer, coalesce(j.of, j.place), j.ticket, j.shape FROM sminion.unfolded_entries() j
    WHERE j.kind <> 'fault' AND accesses_of.subject = ANY (j.subjects) AND j.at >= low AND j.at < high
      AND (j.at <= accesses_of.place) IS NOT FALSE
  ), written AS MATERIALIZED (
    (SELECT t.at, t.event FROM sminion.write_subject t
     WHERE t.subject = accesses_of.subject AND t.at >= low AND t.at < below
     ORDER BY t.at DESC FETCH FIRST (accesses_of.most) ROWS WITH TIES)
    UNION ALL
    SELECT t.at, t.event FROM sminion.write_subject t
    WHERE t.subject = accesses_of.subject AND t.at = accesses_of.place AND t.at >= low AND t.at < high
  ), write AS (
    SELECT v.at, v.ticket, v.login, v.operation, v.relation, v.columns, v.id
    FROM written w
    CROSS JOIN LATERAL (
      SELECT v.at, v.ticket, v.login, v.operation, v.relation, v.columns, v.id FROM sminion.write_event v
      WHERE v.id = w.event AND v.at = w.at OFFSET 0) v
    UNION ALL
    SELECT j.at, j.ticket, j.login, j.operation, j.relation, j.columns, j.id FROM sminion.unfolded_writes() j
    WHERE accesses_of.subject = ANY (j.subjects) AND j.at >= low AND j.at < high AND (j.at <= accesses_of.place) IS NOT FALSE
  )
  SELECT accesses_of.subject, s.at, s.writer, s.place, s.ticket, w.login, k.actor, k.unit, k.purpose, k.reason, k."values", h.operations,
         h.relations, h.columns, NULL::bigint, o.database
  FROM statement s
  JOIN sminion.statement_shape h ON h.id = s.shape
  JOIN sminion.log_writer w ON w.id = s.writer
  LEFT JOIN sminion.log_home o ON o.id = w.home
  LEFT JOIN sminion.ticket k ON k.id = s.ticket AND w.home IS NULL
  UNION ALL
  SELECT accesses_of.subject, e.at, NULL, NULL, e.ticket, e.login, k.actor, k.unit, k.purpose, k.reason, k."values",
         ARRAY[e.operation], ARRAY[e.relation], e.columns, e.id, NULL
  FROM write e LEFT JOIN sminion.ticket k ON k.id = e.ticket;
END
$sminion$;
COMMENT ON FUNCTION sminion.accesses_of(text, timestamptz, timestamptz, timestamptz, bigint) IS
  'the newest accesses to data of a subject, a page of them';
