-- Every decision that a restore of an older backup would undo, in the order of the log: for a ledger that is kept outside of the database.
-- Those with numbers above `after`, up to `upto`.
--
-- subject: NULL where it is about nobody, or about somebody who was erased from the log since.
-- about:   of an erasure from the log, the number of an event of that person.
CREATE FUNCTION sminion.ledger_events(
  after bigint, upto bigint, OUT number bigint, OUT kind text, OUT at timestamptz, OUT subject text, OUT other text, OUT about bigint,
  OUT decision jsonb
) RETURNS SETOF record
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
  WITH wanted AS MATERIALIZED (
    SELECT r.first + k.nth - 1 AS number, r.kind, k.key
    FROM sminion.event_run r CROSS JOIN LATERAL unnest(r.keys) WITH ORDINALITY AS k (key, nth)
    WHERE r.kind IN ('state', 'request', 'act') AND r.first > ledger_events.after - 5000 AND r.first <= ledger_events.upto
      AND r.first + k.nth - 1 > ledger_events.after AND r.first + k.nth - 1 <= ledger_events.upto
  )
  SELECT w.number, 'state', e.at, e.subject,
         -- the two keys of a merge are two events of one transaction
         (SELECT p.subject FROM sminion.subject_event p
          WHERE e.event IN ('merge_subjects', 'unmerge_subjects') AND p.transaction = e.transaction AND p.event = e.event AND p.id > e.id
          ORDER BY p.id LIMIT 1), NULL::bigint,
         to_jsonb(e) - ARRAY['id', 'transaction', 'subject', 'epoch', 'at']
  FROM wanted w JOIN sminion.subject_event e ON w.kind = 'state' AND e.id = w.key
  WHERE e.event NOT IN ('expire_consent', 'note_refusal', 'erase')
    -- of the pair, the first
    AND NOT (e.event IN ('merge_subjects', 'unmerge_subjects') AND (
      SELECT count(*) FROM sminion.subject_event p WHERE p.transaction = e.transaction AND p.event = e.event AND p.id < e.id) % 2 = 1)
  UNION ALL
  SELECT w.number, 'request', e.at, q.subject, NULL, NULL,
         to_jsonb(e) - ARRAY['id', 'transaction', 'epoch', 'at']
           || jsonb_build_object('row', to_jsonb(q) - ARRAY['subject', 'representative', 'epoch'])
  FROM wanted w JOIN sminion.request_event e ON w.kind = 'request' AND e.id = w.key JOIN sminion.request q ON q.id = e.request
  WHERE e.event IN ('opened', 'identified', 'assigned', 'extended', 'noted', 'closed', 'destruction_begun')
  UNION ALL
  SELECT w.number, 'act', a.at, h.subject, NULL, (a.detail ->> 'event')::bigint,
         to_jsonb(a) - ARRAY['id', 'transaction', 'at'] || jsonb_build_object('hold', to_jsonb(h) - 'subject')
  FROM wanted w JOIN sminion.act a ON w.kind = 'act' AND a.id = w.key
  LEFT JOIN sminion.hold h ON h.id = (a.detail ->> 'hold')::bigint
  WHERE a.act IN ('hold', 'release_hold', 'erase_from_log')
  ORDER BY 1
$sminion$;
COMMENT ON FUNCTION sminion.ledger_events(bigint, bigint) IS 'the decisions that a restore would undo, for a ledger outside of the database';
