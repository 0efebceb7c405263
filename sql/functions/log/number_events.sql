-- Numbers the events that have a table of their own and no entry in the journal, such as tickets: those of transactions that are
-- older than `horizon`, in their order, at most `most` of each kind. Makes the salts that their leaves need. Returns how many
-- there are. For sminion.fold, which calls it under the lock of fold_state.
--
-- before: the number of the last event before.
CREATE FUNCTION sminion.number_events(before bigint, horizon xid8, most integer) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
DECLARE
  -- The limit of a run: see sminion.event_run.
  limited CONSTANT integer := least(greatest(most, 1), 5000);
  source  record;
  taken   bigint[];
  last    xid8;
  number  bigint := before;
BEGIN
  FOR source IN SELECT s.* FROM sminion.event_source s ORDER BY s.kind COLLATE "C" LOOP
    -- One query for each kind: so each is planned once in a session.
    CASE source.kind
      WHEN 'ticket' THEN
        SELECT array_agg(k.id ORDER BY k.writer, k.id), max(k.writer) INTO taken, last
        FROM (
          SELECT k.writer, k.id FROM sminion.ticket k
          WHERE k.writer >= source.transaction AND k.writer < horizon AND (k.writer, k.id) > (source.transaction, source.key)
            AND k.id > source.restored
          ORDER BY k.writer, k.id LIMIT limited) k;
      WHEN 'writer' THEN
        SELECT array_agg(w.id ORDER BY w.transaction, w.id), max(w.transaction) INTO taken, last
        FROM (
          SELECT w.transaction, w.id FROM sminion.log_writer w
          WHERE w.transaction >= source.transaction AND w.transaction < horizon
            AND (w.transaction, w.id) > (source.transaction, source.key) AND w.id > source.restored
          ORDER BY w.transaction, w.id LIMIT limited) w;
      WHEN 'state' THEN
        SELECT array_agg(e.id ORDER BY e.transaction, e.id), max(e.transaction) INTO taken, last
        FROM (
          SELECT e.transaction, e.id FROM sminion.subject_event e
          WHERE e.transaction >= source.transaction AND e.transaction < horizon
            AND (e.transaction, e.id) > (source.transaction, source.key) AND e.id > source.restored
          ORDER BY e.transaction, e.id LIMIT limited) e;
      WHEN 'request' THEN
        SELECT array_agg(e.id ORDER BY e.transaction, e.id), max(e.transaction) INTO taken, last
        FROM (
          SELECT e.transaction, e.id FROM sminion.request_event e
          WHERE e.transaction >= source.transaction AND e.transaction < horizon
            AND (e.transaction, e.id) > (source.transaction, source.key) AND e.id > source.restored
          ORDER BY e.transaction, e.id LIMIT limited) e;
      ELSE
        -- Few rows.
        SELECT array_agg(r.key ORDER BY r.transaction, r.key), max(r.transaction) INTO taken, last
        FROM (
          SELECT r.transaction, r.key
          FROM (
            SELECT 'policy' AS kind, p.transaction, p.epoch::bigint AS key FROM sminion.policy_version p
            UNION ALL SELECT 'dropped_month', d.transaction, d.id FROM sminion.dropped_log d
            UNION ALL SELECT 'suspension', d.transaction, d.id FROM sminion.ddl_suspension d
            UNION ALL SELECT 'act', a.transaction, a.id FROM sminion.act a
          ) r
          WHERE r.kind = source.kind AND r.transaction < horizon
            AND (r.transaction, r.key) > (source.transaction, source.key) AND r.key > source.restored
          ORDER BY r.transaction, r.key LIMIT limited) r;
    END CASE;
    CONTINUE WHEN taken IS NULL;
    INSERT INTO sminion.event_run (first, kind, keys) VALUES (number + 1, source.kind, taken);
    UPDATE sminion.event_source s SET transaction = last, key = taken[cardinality(taken)] WHERE s.kind = source.kind;
    number := number + cardinality(taken);
    IF source.kind = 'ticket' THEN
      INSERT INTO sminion.salt (holder)
      SELECT 'actor:' || to_char(k.opened_at AT TIME ZONE 'UTC', 'YYYY-MM:') || k.actor FROM sminion.ticket k WHERE k.id = ANY (taken)
      UNION SELECT 'texts:' || to_char(k.opened_at AT TIME ZONE 'UTC', 'YYYY-MM') FROM sminion.ticket k WHERE k.id = ANY (taken)
      UNION SELECT 'subject:' || k.subject FROM sminion.ticket k WHERE k.id = ANY (taken) AND k.subject IS NOT NULL
      ON CONFLICT DO NOTHING;
    ELSIF source.kind = 'state' THEN
      INSERT INTO sminion.salt (holder)
      SELECT 'actor:' || to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM:') || e.actor FROM sminion.subject_event e WHERE e.id = ANY (taken)
      UNION SELECT 'texts:' || to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM') FROM sminion.subject_event e WHERE e.id = ANY (taken)
      UNION SELECT 'subject:' || e.subject FROM sminion.subject_event e WHERE e.id = ANY (taken) AND e.subject IS NOT NULL
      ON CONFLICT DO NOTHING;
    ELSIF source.kind = 'request' THEN
      INSERT INTO sminion.salt (holder)
      SELECT 'actor:' || to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM:') || e.actor FROM sminion.request_event e WHERE e.id = ANY (taken)
      UNION SELECT 'texts:' || to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM') FROM sminion.request_event e WHERE e.id = ANY (taken)
      UNION SELECT 'subject:' || r.subject FROM sminion.request_event e JOIN sminion.request r ON r.id = e.request
            WHERE e.id = ANY (taken) AND r.subject IS NOT NULL
      ON CONFLICT DO NOTHING;
    END IF;
  END LOOP;
  RETURN number - before;
END
$sminion$;
