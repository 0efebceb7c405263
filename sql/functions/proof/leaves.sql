-- The leaves of the log, from its rows: one for each event from `low` to `high`, as canonical bytes. An event whose row is gone has
-- none. docs/PROOF.md describes the format, version 1.
--
-- Whoever verifies compares this text with the one that he has (sminion_guard/audit); it calls nothing outside of pg_catalog. json_build_object
-- writes keys and values in the order in which they stand here, in the same way in every version of PostgreSQL and with every
-- setting: numbers in digits, moments as microseconds since 1970 in UTC, transactions as strings.
--
-- What may name a person is no part of a leaf: its commitment is (sminion.salt). `subjects` is one hash over the commitments
-- of all persons whose data the event held, in the order of their bytes. A long list, such as the columns of a table that has 1,600, is
-- hashed: a leaf of C2SP tlog-tiles has 65,535 bytes at most, and no login may keep the log from being published. What is
-- long is measured in its text: how a value is stored differs from one database to its copy.
CREATE FUNCTION sminion.leaves(low bigint, high bigint, OUT number bigint, OUT kind text, OUT leaf bytea) RETURNS SETOF record
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
  WITH run AS MATERIALIZED (
    SELECT r.kind, r.first + k.nth - 1 AS number, k.key
    FROM sminion.event_run r CROSS JOIN LATERAL unnest(r.keys) WITH ORDINALITY AS k (key, nth)
    WHERE r.first > leaves.low - 5000 AND r.first <= leaves.high AND r.first + k.nth - 1 BETWEEN leaves.low AND leaves.high
  ), ticket AS MATERIALIZED (
    SELECT r.number, k.* FROM run r JOIN sminion.ticket k ON k.id = r.key WHERE r.kind = 'ticket'
  ), state AS MATERIALIZED (
    SELECT r.number, e.* FROM run r JOIN sminion.subject_event e ON e.id = r.key WHERE r.kind = 'state'
  ), request AS MATERIALIZED (
    SELECT r.number, e.*, q.subject FROM run r JOIN sminion.request_event e ON e.id = r.key JOIN sminion.request q ON q.id = e.request
    WHERE r.kind = 'request'
  ), fault AS MATERIALIZED (
    SELECT f.* FROM sminion.log_fault f WHERE f.number BETWEEN leaves.low AND leaves.high
  ), claim AS (
    SELECT s.number, 'subject:' || s.subject AS holder, 'subject' AS field, s.subject AS value
    FROM sminion.statement_subject s WHERE s.number BETWEEN leaves.low AND leaves.high
    UNION ALL
    SELECT s.number, 'subject:' || s.subject, 'subject', s.subject
    FROM sminion.write_subject s WHERE s.number BETWEEN leaves.low AND leaves.high
    UNION ALL
    SELECT k.number, 'subject:' || k.subject, 'about', k.subject FROM ticket k
    UNION ALL
    SELECT k.number, 'actor:' || to_char(k.opened_at AT TIME ZONE 'UTC', 'YYYY-MM:') || k.actor, f.field, f.value
    FROM ticket k CROSS JOIN LATERAL (VALUES
      ('actor', k.actor), ('client_address', host(k.client_address)), ('application', nullif(k.application, ''))) AS f (field, value)
    UNION ALL
    SELECT k.number, 'texts:' || to_char(k.opened_at AT TIME ZONE 'UTC', 'YYYY-MM'), f.field, f.value
    FROM ticket k CROSS JOIN LATERAL (VALUES
      ('reason', k.reason), ('basis_ref', k.basis_ref), ('values', nullif(k."values"::text, '{}'))) AS f (field, value)
    UNION ALL
    SELECT e.number, 'subject:' || e.subject, f.field, f.value
    FROM state e CROSS JOIN LATERAL (VALUES ('about', e.subject), ('channel', e.channel)) AS f (field, value)
    UNION ALL
    SELECT e.number, f.holder || e.month || f.name, f.field, f.value
    FROM (SELECT s.*, to_char(s.at AT TIME ZONE 'UTC', 'YYYY-MM') AS month FROM state s) e
    CROSS JOIN LATERAL (VALUES
      ('actor:', ':' || e.actor, 'actor', e.actor), ('texts:', '', 'reason', e.reason)) AS f (holder, name, field, value)
    UNION ALL
    SELECT e.number, 'subject:' || e.subject, 'about', e.subject FROM request e
    UNION ALL
    SELECT e.number, f.holder || e.month || f.name, f.field, f.value
    FROM (SELECT r.*, to_char(r.at AT TIME ZONE 'UTC', 'YYYY-MM') AS month FROM request r) e
    CROSS JOIN LATERAL (VALUES
      ('actor:', ':' || e.actor, 'actor', e.actor), ('texts:', '', 'reason', e.reason)) AS f (holder, name, field, value)
    UNION ALL
    SELECT f.number, 'login:' || f.login, v.field, v.value
    FROM fault f CROSS JOIN LATERAL (VALUES
      ('message', f.message), ('entry', f.entry), ('digest', encode(f.digest, 'hex'))) AS v (field, value)
  ), hidden AS MATERIALIZED (
    -- Without its salt a commitment is not the one that was sealed: then the leaf differs, and is not passed over.
    SELECT c.number, c.field,
           coalesce(sha256(sha256(z.salt || int8send(c.number) || convert_to(c.field, 'UTF8')) || convert_to(c.value, 'UTF8')), '') AS hash
    FROM claim c LEFT JOIN sminion.salt z ON z.holder = c.holder COLLATE "C"
    WHERE c.value IS NOT NULL
    UNION ALL
    SELECT e.number, e.field, e.hash FROM sminion.erased e WHERE e.number BETWEEN leaves.low AND leaves.high
  ), subjects AS MATERIALIZED (
    SELECT h.number, count(*) AS many, encode(sha256(string_agg(h.hash, '' ORDER BY h.hash)), 'hex') AS digest
    FROM hidden h WHERE h.field = 'subject' GROUP BY h.number
  ), texts AS MATERIALIZED (
    SELECT h.number, json_object_agg(h.field, encode(h.hash, 'hex') ORDER BY h.field COLLATE "C") AS hashes
    FROM hidden h WHERE h.field <> 'subject' GROUP BY h.number
  ), event AS (
    SELECT v.number, 'statement' AS kind, json_build_object(
             'v', 1, 'kind', 'statement', 'number', v.number, 'at', (extract(epoch FROM v.at) * 1000000)::bigint,
             'login', w.login, 'writer', v.writer, 'place', v.place, 'ticket', v.ticket, 'shape', encode(h.digest, 'hex'),
             'refused', v.refused, 'outcome', v.outcome,
             'codes', CASE WHEN v.codes IS NULL OR octet_length(array_to_json(v.codes)::text) <= 16000
               THEN array_to_json(v.codes)
               ELSE json_build_object('many', cardinality(v.codes),
                 'sha256', encode(sha256(convert_to(array_to_json(v.codes)::text, 'UTF8')), 'hex')) END,
             'rows', v.rows, 'microseconds', v.microseconds, 'bulk', v.bulk, 'listed', s.many, 'subjects', s.digest) AS leaf
    FROM sminion.statement_event v
    JOIN sminion.statement_shape h ON h.id = v.shape
    JOIN sminion.log_writer w ON w.id = v.writer
    LEFT JOIN subjects s ON s.number = v.number
    WHERE v.number BETWEEN leaves.low AND leaves.high
    UNION ALL
    SELECT v.number, 'result', json_build_object(
             'v', 1, 'kind', 'result', 'number', v.number, 'at', (extract(epoch FROM v.at) * 1000000)::bigint,
             'writer', v.writer, 'statement', v.statement, 'outcome', v.outcome,
             'codes', CASE WHEN v.codes IS NULL OR octet_length(array_to_json(v.codes)::text) <= 16000
               THEN array_to_json(v.codes)
               ELSE json_build_object('many', cardinality(v.codes),
                 'sha256', encode(sha256(convert_to(array_to_json(v.codes)::text, 'UTF8')), 'hex')) END,
             'rows', v.rows, 'microseconds', v.microseconds, 'bulk', v.bulk, 'listed', s.many, 'subjects', s.digest)
    FROM sminion.statement_result v
    LEFT JOIN subjects s ON s.number = v.number
    WHERE v.number BETWEEN leaves.low AND leaves.high
    UNION ALL
    SELECT v.number, 'write', json_build_object(
             'v', 1, 'kind', 'write', 'number', v.number, 'at', (extract(epoch FROM v.at) * 1000000)::bigint, 'id', v.id,
             'transaction', v.transaction, 'login', v.login, 'role', v.role, 'ticket', v.ticket, 'operation', v.operation,
             'relation', v.relation,
             'columns', CASE WHEN octet_length(array_to_json(v.columns)::text) <= 16000 THEN array_to_json(v.columns)
               ELSE json_build_object('many', cardinality(v.columns),
                 'sha256', encode(sha256(convert_to(array_to_json(v.columns)::text, 'UTF8')), 'hex')) END,
             'rows', v.rows, 'bulk', v.bulk, 'listed', s.many, 'subjects', s.digest)
    FROM sminion.write_event v
    LEFT JOIN subjects s ON s.number = v.number
    WHERE v.number BETWEEN leaves.low AND leaves.high
    UNION ALL
    SELECT v.number, 'fault', json_build_object(
             'v', 1, 'kind', 'fault', 'number', v.number, 'at', (extract(epoch FROM v.at) * 1000000)::bigint, 'login', v.login,
             'writer', v.writer, 'place', v.place, 'code', v.code, 'size', v.size, 'committed', t.hashes)
    FROM fault v
    LEFT JOIN texts t ON t.number = v.number
    UNION ALL
    SELECT k.number, 'ticket', json_build_object(
             'v', 1, 'kind', 'ticket', 'number', k.number, 'at', (extract(epoch FROM k.opened_at) * 1000000)::bigint,
             'id', k.id, 'transaction', k.writer, 'expires_at', (extract(epoch FROM k.expires_at) * 1000000)::bigint,
             'login', k.login, 'nth', k.nth, 'role', k.role, 'mask', k.mask, 'alternating', k.alternating, 'epoch', k.epoch,
             'require_tls', k.require_tls, 'purpose', k.purpose, 'basis', k.basis, 'unit', k.unit, 'encrypted', k.encrypted,
             'committed', t.hashes)
    FROM ticket k
    LEFT JOIN texts t ON t.number = k.number
    UNION ALL
    SELECT e.number, 'state', json_build_object(
             'v', 1, 'kind', 'state', 'number', e.number, 'at', (extract(epoch FROM e.at) * 1000000)::bigint, 'id', e.id,
             'transaction', e.transaction, 'login', e.login, 'event', e.event, 'purpose', e.purpose, 'epoch', e.epoch,
             'request', e.request,
             'block', CASE WHEN e.event IN ('block', 'unblock') AND num_nonnulls(e.schemas, e.until) > 0 THEN json_build_object(
               'schemas', e.schemas, 'until', (extract(epoch FROM e.until) * 1000000)::bigint) END,
             'consent', CASE WHEN e.event <> 'block' AND num_nonnulls(e.given_at, e.text_sha256, e.until) > 0 THEN json_build_object(
               'given_at', (extract(epoch FROM e.given_at) * 1000000)::bigint, 'text', encode(e.text_sha256, 'hex'),
               'until', (extract(epoch FROM e.until) * 1000000)::bigint) END,
             'committed', t.hashes)
    FROM state e
    LEFT JOIN texts t ON t.number = e.number
    UNION ALL
    SELECT e.number, 'request', json_build_object(
             'v', 1, 'kind', 'request', 'number', e.number, 'at', (extract(epoch FROM e.at) * 1000000)::bigint, 'id', e.id,
             'transaction', e.transaction, 'login', e.login, 'request', e.request, 'event', e.event, 'detail', e.detail,
             'epoch', e.epoch, 'committed', t.hashes)
    FROM request e
    LEFT JOIN texts t ON t.number = e.number
    UNION ALL
    SELECT r.number, 'writer', json_build_object(
             'v', 1, 'kind', 'writer', 'number', r.number, 'at', (extract(epoch FROM w.opened_at) * 1000000)::bigint, 'id', w.id,
             'transaction', w.transaction, 'login', w.login,
             'home', CASE WHEN h.id IS NOT NULL THEN json_build_array(h.database, h.system_identifier) END)
    FROM run r JOIN sminion.log_writer w ON w.id = r.key
    LEFT JOIN sminion.log_home h ON h.id = w.home
    WHERE r.kind = 'writer'
    UNION ALL
    SELECT r.number, 'policy', json_build_object(
             'v', 1, 'kind', 'policy', 'number', r.number, 'at', (extract(epoch FROM p.applied_at) * 1000000)::bigint,
             'epoch', p.epoch, 'transaction', p.transaction, 'login', p.applied_by, 'name', p.name, 'version', p.version,
             'digest', p.digest, 'document', encode(sha256(convert_to(p.document::text, 'UTF8')), 'hex'),
             'changes', (SELECT encode(sha256(convert_to(string_agg(
                           json_build_array(c.login, c.role, c.purpose, c.change)::text, E'\n'
                           ORDER BY c.login COLLATE "C", c.role COLLATE "C", c.change COLLATE "C"), 'UTF8')), 'hex')
                         FROM sminion.policy_change c WHERE c.epoch = p.epoch))
    FROM run r JOIN sminion.policy_version p ON p.epoch = r.key
    WHERE r.kind = 'policy'
    UNION ALL
    SELECT r.number, 'dropped_month', json_build_object(
             'v', 1, 'kind', 'dropped_month', 'number', r.number, 'at', (extract(epoch FROM d.at) * 1000000)::bigint, 'id', d.id,
             'transaction', d.transaction, 'login', d.login, 'reason', d.reason, 'month', to_char(d.month, 'YYYY-MM'),
             'statements', d.statements, 'writes', d.writes, 'events', d.events, 'first', d.first_number, 'last', d.last_number)
    FROM run r JOIN sminion.dropped_log d ON d.id = r.key
    WHERE r.kind = 'dropped_month'
    UNION ALL
    SELECT r.number, 'suspension', json_build_object(
             'v', 1, 'kind', 'suspension', 'number', r.number, 'at', (extract(epoch FROM d.at) * 1000000)::bigint, 'id', d.id,
             'transaction', d.transaction, 'login', d.login, 'reason', d.reason,
             'until', (extract(epoch FROM d.until) * 1000000)::bigint)
    FROM run r JOIN sminion.ddl_suspension d ON d.id = r.key
    WHERE r.kind = 'suspension'
    UNION ALL
    SELECT r.number, 'act', json_build_object(
             'v', 1, 'kind', 'act', 'number', r.number, 'at', (extract(epoch FROM a.at) * 1000000)::bigint, 'id', a.id,
             'transaction', a.transaction, 'login', a.login, 'act', a.act, 'detail', a.detail, 'reason', a.reason)
    FROM run r JOIN sminion.act a ON a.id = r.key
    WHERE r.kind = 'act'
  )
  SELECT e.number, e.kind, convert_to(e.leaf::text, 'UTF8') FROM event e ORDER BY e.number
$sminion$;
COMMENT ON FUNCTION sminion.leaves(bigint, bigint) IS 'the leaves of the log, from its rows: canonical bytes of each event';
