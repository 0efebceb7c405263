-- Closes a request. What was blocked for it is free again, unless another open request or an officer's own block holds the person. Whoever
-- asked to be blocked, or that processing stops, and was granted it, stays blocked until an officer ends it with sminion.unblock.
--
-- outcome:   granted, partly_granted, refused, withdrawn or duplicate; of what, says `duplicate_of`.
-- unchanged: grants a request `clarify` although nothing was changed for it, which is on record then.
CREATE FUNCTION sminion.close_request(
  id bigint, outcome text, reason text, duplicate_of bigint DEFAULT NULL, actor text DEFAULT NULL,
  unchanged boolean DEFAULT false
) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  row_of sminion.request;
  kinds  jsonb := (SELECT p.subject_keys FROM sminion.policy p);
  kind   text;
  person text[];
  key    text;
  ended  text[];
BEGIN
  PERFORM sminion.require_read_committed();
  -- All open ones of the person, in one order: two that are closed at once would each find the other open, and nobody would
  -- end the block.
  PERFORM FROM sminion.request r
  WHERE r.closed_at IS NULL
    AND r.subject = ANY (sminion.same_person((SELECT s.subject FROM sminion.request s WHERE s.id = close_request.id)))
  ORDER BY r.id FOR UPDATE;
  row_of := sminion.open_request_row(close_request.id);
  -- An export may have named the person since the last maintenance.
  IF row_of.subject IS NOT NULL THEN
    PERFORM sminion.make_obligations(ARRAY[row_of.subject]);
  END IF;
  IF coalesce(close_request.outcome, '') NOT IN ('granted', 'partly_granted', 'refused', 'withdrawn', 'duplicate') THEN
    RAISE EXCEPTION USING ERRCODE = 'SG522',
      MESSAGE = format('a request cannot be closed as `%s`', coalesce(sminion.log_text(close_request.outcome, 40), 'NULL')),
      HINT = 'Outcomes: granted, partly_granted, refused, withdrawn, duplicate.';
  ELSIF (close_request.outcome = 'duplicate') <> (close_request.duplicate_of IS NOT NULL) OR NOT EXISTS (
    SELECT FROM sminion.request o
    WHERE close_request.duplicate_of IS NULL
      OR o.id = close_request.duplicate_of AND o.id <> row_of.id AND o.subject IS NOT DISTINCT FROM row_of.subject
         AND o.outcome IS DISTINCT FROM 'duplicate')
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG522',
      MESSAGE = format('request %s is no duplicate of %s', row_of.id, coalesce(close_request.duplicate_of::text, 'nothing')),
      HINT = 'Pass the number of another request of the same person as `duplicate_of`, with the outcome `duplicate`.';
  ELSIF close_request.outcome IN ('granted', 'partly_granted') AND NOT row_of.identified AND row_of.trigger = 'request'
    AND row_of.kind IN ('access', 'clarify', 'destroy', 'stop')
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG525',
      MESSAGE = format('request %s cannot be granted: nobody has checked who asks', row_of.id),
      HINT = format('Check the identity, and record how: `sminion.identify_request(%s, ...)`.', row_of.id);
  ELSIF close_request.outcome IN ('granted', 'partly_granted') AND row_of.kind = 'clarify' AND close_request.unchanged IS NOT TRUE
    AND NOT EXISTS (
      SELECT FROM sminion.clarifications c
      -- An UPDATE that changes no value is on record too.
      WHERE c.request = row_of.id AND (c.operation <> 'clarify' OR c.columns <> '{}')
        AND (row_of.subject IS NULL OR c.subjects && sminion.same_person(row_of.subject)))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG544',
      MESSAGE = format('request %s cannot be granted: no change of the data is on record for it', row_of.id),
      HINT = format('Change them under a ticket with `basis_ref => ''request:%s''`; if nothing had to be changed, say so: `unchanged => true`.',
                    row_of.id);
  ELSIF close_request.outcome IN ('granted', 'partly_granted') AND EXISTS (
    SELECT FROM sminion.obligation o WHERE o.request = row_of.id AND o.told_at IS NULL AND o.waived_at IS NULL)
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG703',
      MESSAGE = format('request %s cannot be granted: not all recipients were told', row_of.id),
      DETAIL = format('Not told: %s.', (
        SELECT string_agg(format('`%s`', o.recipient), ', ' ORDER BY o.recipient) FROM sminion.obligation o
        WHERE o.request = row_of.id AND o.told_at IS NULL AND o.waived_at IS NULL)),
      HINT = 'Tell them, and record it with `sminion.settle_obligation`; see `sminion.obligation_status`.';
  ELSIF close_request.outcome IN ('granted', 'partly_granted') AND row_of.kind = 'destroy'
    -- A destruction is of one key. Whose keys were merged still has the data under the others.
    AND EXISTS (
      SELECT FROM unnest(sminion.same_person(row_of.subject)) AS k (key)
      WHERE k.key <> row_of.subject
        AND NOT EXISTS (SELECT FROM sminion.destruction d WHERE d.subject = k.key AND d.completed_at IS NOT NULL))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG565',
      MESSAGE = format('request %s cannot be granted: the person has other keys, whose data are not destroyed', row_of.id),
      DETAIL = format('Keys of the person: %s.', (
        SELECT string_agg(format('`%s`', sminion.log_text(k.key, 80)), ', ')
        FROM unnest(sminion.same_person(row_of.subject)) AS k (key))),
      HINT = 'Record a request `destroy` for each of them, and destroy its data; or end the merge with `sminion.unmerge_subjects`.';
  ELSIF close_request.outcome IN ('granted', 'partly_granted') AND row_of.kind = 'destroy' AND NOT EXISTS (
    SELECT FROM sminion.destruction d WHERE d.request = row_of.id AND d.completed_at IS NOT NULL)
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG565',
      MESSAGE = format('request %s cannot be granted: the data are not destroyed', row_of.id),
      DETAIL = coalesce((SELECT format('Left: %s.', string_agg(format('`%s.%s`%s', t.schema_name, t.table_name, ' (' || t.cause || ')'), ', ' ORDER BY t.place))
                FROM sminion.destruction d JOIN sminion.destruction_table t ON t.destruction = d.id AND t.state = 'waiting'
                WHERE d.request = row_of.id HAVING count(*) > 0), 'No destruction is finished.'),
      HINT = 'Destroy them with `sminion.begin_destruction` and `sminion.destroy_batch`; what must be kept is held with `sminion.hold_data`.';
  END IF;
  PERFORM sminion.record_request_event(row_of.id, 'closed', jsonb_build_object(
    'outcome', close_request.outcome, 'duplicate_of', close_request.duplicate_of)
    || CASE WHEN close_request.unchanged AND row_of.kind = 'clarify' THEN jsonb_build_object('unchanged', true) ELSE '{}' END,
    close_request.reason, close_request.actor);
  -- What rests on the request ends with it.
  PERFORM sminion.revoke_ticket(k.id, format('request %s was closed', row_of.id))
  FROM sminion.ticket k
  WHERE starts_with(k.basis_ref, 'request:') AND k.basis_ref = 'request:' || row_of.id
    AND k.revoked_at IS NULL AND k.expires_at > clock_timestamp();
  UPDATE sminion.request r
  SET closed_at = clock_timestamp(), outcome = close_request.outcome, duplicate_of = close_request.duplicate_of
  WHERE r.id = row_of.id;
  person := sminion.same_person(row_of.subject);
  kind := CASE WHEN kinds ? '' THEN NULL ELSE split_part(row_of.subject, ':', 1) END;
  IF row_of.subject IS NOT NULL AND row_of.kind IN ('block', 'stop') AND close_request.outcome IN ('granted', 'partly_granted') THEN
    -- Without the request's number: an officer's own block.
    PERFORM sminion.change_state(
      CASE WHEN kind IS NULL THEN row_of.subject ELSE substr(row_of.subject, length(kind) + 2) END, 'block', NULL, close_request.reason,
      close_request.actor, kind, schemas => row_of.schemas);
  ELSIF row_of.interim AND row_of.schemas IS NOT NULL THEN
    -- As below, for each schema.
    FOREACH key IN ARRAY person LOOP
      ended := ARRAY(
        SELECT n.name FROM unnest(row_of.schemas) AS n (name)
        CROSS JOIN LATERAL (
          SELECT (array_agg(e.event ORDER BY e.id DESC))[1] AS last,
                 (array_agg(e.event ORDER BY e.id DESC) FILTER (WHERE e.request IS NULL))[1] AS by_officer
          FROM sminion.subject_event e WHERE e.subject = key AND e.event IN ('block', 'unblock') AND n.name = ANY (e.schemas)) AS h
        WHERE h.by_officer IS DISTINCT FROM 'block' AND (key = row_of.subject OR h.last = 'block')
          AND NOT EXISTS (
            SELECT FROM sminion.request o
            WHERE o.subject = ANY (person) AND o.interim AND o.closed_at IS NULL AND n.name = ANY (o.schemas)));
      CONTINUE WHEN ended = '{}';
      kind := CASE WHEN kinds ? '' THEN NULL ELSE split_part(key, ':', 1) END;
      PERFORM sminion.change_state(
        CASE WHEN kind IS NULL THEN key ELSE substr(key, length(kind) + 2) END, 'unblock', NULL, close_request.reason,
        close_request.actor, kind, row_of.id, single => true, schemas => ended);
    END LOOP;
  ELSIF row_of.interim AND row_of.subject IS NOT NULL
    AND NOT EXISTS (SELECT FROM sminion.request o WHERE o.subject = ANY (person) AND o.interim AND o.closed_at IS NULL AND o.schemas IS NULL)
  THEN
    -- Each key of the person by itself. An officer's own block, before or meanwhile, is ended by an officer.
    FOREACH key IN ARRAY person LOOP
      CONTINUE WHEN (
        SELECT e.event FROM sminion.subject_event e
        WHERE e.subject = key AND e.event IN ('block', 'unblock') AND e.schemas IS NULL AND e.request IS NULL ORDER BY e.id DESC LIMIT 1) = 'block'
        OR key <> row_of.subject AND (
          SELECT e.event FROM sminion.subject_event e
          WHERE e.subject = key AND e.event IN ('block', 'unblock') AND e.schemas IS NULL ORDER BY e.id DESC LIMIT 1) IS DISTINCT FROM 'block';
      kind := CASE WHEN kinds ? '' THEN NULL ELSE split_part(key, ':', 1) END;
      PERFORM sminion.change_state(
        CASE WHEN kind IS NULL THEN key ELSE substr(key, length(kind) + 2) END, 'unblock', NULL, close_request.reason,
        close_request.actor, kind, row_of.id, single => true);
    END LOOP;
  END IF;
END
$sminion$;
COMMENT ON FUNCTION sminion.close_request(bigint, text, text, bigint, text, boolean) IS
  'closes a request; ends the block that was made for it';
