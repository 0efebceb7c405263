-- Moves rows of the journal to the log, for sminion.fold: each entry becomes an event with a number of its own, without gaps.
-- Returns how many events there are.
--
-- chosen: the places of the rows.
-- number: of the last event before.
CREATE FUNCTION sminion.fold_rows(chosen tid[], number bigint) RETURNS bigint
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
  WITH entry AS (
    SELECT j.*, NULL::jsonb AS written FROM sminion.journal_entries(chosen) j
    UNION ALL
    SELECT w.at, w.transaction, w.login, 'write', NULL, w.id, NULL, w.ticket, NULL, NULL, NULL, w.columns, w.rows, NULL, w.bulk,
           to_jsonb(w.subjects), NULL, NULL, NULL, NULL, NULL, NULL,
           jsonb_build_object('role', w.role, 'operation', w.operation, 'relation', w.relation)
    FROM sminion.journal_writes(chosen) w
  ), event AS MATERIALIZED (
    SELECT e.*, fold_rows.number + row_number() OVER (ORDER BY e.transaction, e.at, e.writer, e.place) AS nth
    FROM entry e
  ), subject AS MATERIALIZED (
    SELECT e.nth, e.at, e.kind, e.writer, e.place, coalesce(e.of, e.place) AS statement, k.subject, f.holder IS NOT NULL AS erased
    FROM event e
    CROSS JOIN LATERAL jsonb_array_elements_text(e.subjects) AS s (subject)
    CROSS JOIN LATERAL (SELECT CASE e.kind WHEN 'write' THEN s.subject ELSE sminion.logged_subject(s.subject) END) AS k (subject)
    LEFT JOIN sminion.erasure f ON f.holder = 'subject:' || k.subject
  ), salted AS (
    INSERT INTO sminion.salt (holder)
    SELECT 'subject:' || s.subject FROM subject s WHERE NOT s.erased
    UNION SELECT 'login:' || e.login FROM event e WHERE e.kind = 'fault'
    ON CONFLICT DO NOTHING
  ), erased AS (
    -- Nobody brings back who was erased meanwhile: a commitment to nothing stands for the row.
    INSERT INTO sminion.erased (number, field, hash)
    SELECT s.nth, 'subject', sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) FROM subject s WHERE s.erased
  ), statements AS (
    INSERT INTO sminion.statement_event (
      at, number, writer, place, ticket, shape, refused, outcome, codes, rows, microseconds, bulk)
    SELECT e.at, e.nth, e.writer, e.place, e.ticket, e.shape, e.refused, e.outcome, e.codes, e.rows, e.microseconds, e.bulk
    FROM event e WHERE e.kind = 'statement' ORDER BY e.nth
  ), results AS (
    INSERT INTO sminion.statement_result (at, number, writer, statement, outcome, codes, rows, microseconds, bulk)
    SELECT e.at, e.nth, e.writer, e.of, e.outcome, e.codes, e.rows, e.microseconds, e.bulk
    FROM event e WHERE e.kind = 'result' ORDER BY e.nth
  ), subjects AS (
    INSERT INTO sminion.statement_subject (at, writer, statement, number, subject)
    SELECT s.at, s.writer, s.statement, s.nth, s.subject FROM subject s WHERE s.kind <> 'write' AND NOT s.erased
  ), writes AS (
    INSERT INTO sminion.write_event (
      at, number, id, transaction, ticket, login, role, operation, relation, columns, rows, bulk)
    SELECT e.at, e.nth, e.place, e.transaction, e.ticket, e.login, (e.written ->> 'role')::name, e.written ->> 'operation',
           e.written ->> 'relation', e.codes, e.rows, e.bulk
    FROM event e WHERE e.kind = 'write' ORDER BY e.nth
  ), written AS (
    INSERT INTO sminion.write_subject (at, event, number, subject)
    SELECT s.at, s.place, s.nth, s.subject FROM subject s WHERE s.kind = 'write' AND NOT s.erased
  ), faults AS (
    INSERT INTO sminion.log_fault (at, number, login, writer, place, code, message, entry, size, digest)
    SELECT e.at, e.nth, e.login, e.writer, e.place, e.code, e.message, sminion.fault_text(e.entry),
           coalesce(octet_length(e.entry), 0), sha256(coalesce(e.entry, ''))
    FROM event e WHERE e.kind = 'fault' ORDER BY e.nth
  ), batches AS (
    INSERT INTO sminion.folded_batch (writer, first, proof)
    SELECT DISTINCT e.writer, e.batch, e.proof FROM event e
    WHERE e.own AND e.batch IS NOT NULL AND e.code IS DISTINCT FROM 'SG608'
    ON CONFLICT DO NOTHING
  ), writers AS (
    UPDATE sminion.log_writer w SET place = l.last
    FROM (SELECT e.writer, max(e.place) AS last FROM event e WHERE e.own AND e.code IS DISTINCT FROM 'SG608' GROUP BY e.writer) l
    WHERE w.id = l.writer AND w.place < l.last
  ), removed AS (
    DELETE FROM sminion.journal j WHERE j.ctid = ANY (chosen)
  )
  SELECT count(*) FROM event
$sminion$;
