-- Takes a person out of the log: the key, wherever an event names it, and the salt of its commitments. The events stay, with
-- commitments that nobody can open any more, so the tree and every proof stay valid. Returns how many events named the person.
--
-- The journal is folded before, and for a day what comes late is not let in under the key (sminion.erasure).
CREATE FUNCTION sminion.erase_from_log(subject text, reason text, kind text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s'
AS $sminion$
DECLARE
  why     text := sminion.require_reason(erase_from_log.reason);
  key     text := sminion.subject_key(erase_from_log.subject, erase_from_log.kind);
  who     CONSTANT text := 'subject:' || key;
  tickets bigint[];
  states  bigint[];
  requests bigint[];
  events  bigint;
  one     bigint;
  strangers bigint;
BEGIN
  PERFORM sminion.require_read_committed();
  IF EXISTS (
    SELECT FROM sminion.destruction d WHERE d.subject = key AND (d.completed_at IS NULL
      OR EXISTS (SELECT FROM sminion.destruction_table t WHERE t.destruction = d.id AND t.state = 'held')))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG566',
      MESSAGE = 'the person cannot be erased from the log now: data are still to be destroyed',
      DETAIL = 'Without the key nobody would find them when a hold ends.',
      HINT = 'See `sminion.destruction_status`.';
  END IF;
  -- Erased, its refusals would no longer hold for the other keys: what these keep must be decided before.
  PERFORM sminion.lock_merges(false);
  IF EXISTS (SELECT FROM sminion.subject_merge m WHERE m.ended_at IS NULL AND (m.one = key OR m.other = key)) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG537',
      MESSAGE = format('subject `%s` is merged with other keys of the person, and cannot be erased by itself', sminion.log_text(key, 80)),
      HINT = 'End that with `sminion.unmerge_subjects`, see `sminion.merged_subjects`; block the other keys first if they are to stay blocked.';
  END IF;
  -- Nobody else folds until this transaction ends; whoever does then finds the row.
  PERFORM sminion.fold_all();
  INSERT INTO sminion.erasure AS e (holder) VALUES (who) ON CONFLICT (holder) DO UPDATE SET at = excluded.at;
  tickets := ARRAY(SELECT k.id FROM sminion.ticket k WHERE k.subject = key);
  states := ARRAY(SELECT e.id FROM sminion.subject_event e WHERE e.subject = key);
  requests := ARRAY(SELECT e.id FROM sminion.request r JOIN sminion.request_event e ON e.request = r.id WHERE r.subject = key);

  WITH numbered AS (
    SELECT r.first + k.nth - 1 AS number, r.kind
    FROM sminion.event_run r CROSS JOIN LATERAL unnest(r.keys) WITH ORDINALITY AS k (key, nth)
    WHERE (r.kind = 'ticket' AND k.key = ANY (tickets)) OR (r.kind = 'state' AND k.key = ANY (states))
      OR (r.kind = 'request' AND k.key = ANY (requests))
  ), named AS MATERIALIZED (
    SELECT n.number, 'about' AS field FROM numbered n
    UNION ALL SELECT s.number, 'subject' FROM sminion.statement_subject s WHERE s.subject = key
    UNION ALL SELECT s.number, 'subject' FROM sminion.write_subject s WHERE s.subject = key
  ), channelled AS (
    SELECT r.first + k.nth - 1 AS number, e.channel
    FROM sminion.event_run r CROSS JOIN LATERAL unnest(r.keys) WITH ORDINALITY AS k (key, nth)
    JOIN sminion.subject_event e ON e.id = k.key
    WHERE r.kind = 'state' AND k.key = ANY (states) AND e.channel IS NOT NULL
  ), kept AS (
    INSERT INTO sminion.erased (number, field, hash)
    SELECT n.number, n.field,
           sha256(sha256(z.salt || int8send(n.number) || convert_to(n.field, 'UTF8')) || convert_to(n.value, 'UTF8'))
    FROM (SELECT m.number, m.field, key AS value FROM named m UNION ALL SELECT c.number, 'channel', c.channel FROM channelled c) n
    CROSS JOIN (SELECT s.salt FROM sminion.salt s WHERE s.holder = who) z
  )
  SELECT count(DISTINCT n.number), count(*) FILTER (WHERE n.field = 'about') - cardinality(tickets) - cardinality(states)
    - cardinality(requests),
    -- by it a ledger of decisions knows whom this is about, and nobody else does
    (SELECT min(m.number) FROM numbered m WHERE m.kind IN ('state', 'request'))
  INTO events, strangers, one FROM named n;
  IF strangers <> 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG511',
      MESSAGE = 'the person cannot be erased from the log now: events that name it have no number yet',
      DETAIL = format('They wait for %s.', sminion.transactions_named(sminion.running_transactions())),
      HINT = 'Call it in a transaction of its own, when these transactions have ended.';
  END IF;

  PERFORM set_config('sminion.erasing', pg_current_xact_id()::text, true);
  DELETE FROM sminion.statement_subject s WHERE s.subject = key;
  DELETE FROM sminion.write_subject s WHERE s.subject = key;
  UPDATE sminion.ticket k SET subject = NULL WHERE k.id = ANY (tickets);
  UPDATE sminion.subject_event e SET subject = NULL, channel = NULL WHERE e.id = ANY (states);
  UPDATE sminion.report p SET subject = NULL WHERE p.subject = key;
  UPDATE sminion.report p SET other_keys = nullif(array_remove(p.other_keys, key), '{}') WHERE p.other_keys @> ARRAY[key];
  DELETE FROM sminion.consent_inbox i WHERE i.subject = key;
  DELETE FROM sminion.subject_merge m WHERE m.one = key OR m.other = key;
  DELETE FROM sminion.disclosure_subject d WHERE d.subject = key;
  PERFORM sminion.forget_in_groups(key);
  UPDATE sminion.request r SET subject = NULL, representative = NULL WHERE r.subject = key;
  PERFORM set_config('sminion.erasing', '', true);
  -- Its end would be a new event about the person.
  DELETE FROM sminion.consent_end e WHERE e.subject = key;
  DELETE FROM sminion.block_end e WHERE e.subject = key;
  UPDATE sminion.destruction d SET subject = NULL WHERE d.subject = key;
  UPDATE sminion.hold h SET subject = NULL WHERE h.subject = key;
  DELETE FROM sminion.salt s WHERE s.holder = who;
  PERFORM sminion.record_act('erase_from_log', jsonb_strip_nulls(jsonb_build_object('events', events, 'event', one)), why);
  RETURN events;
END
$sminion$;
COMMENT ON FUNCTION sminion.erase_from_log(text, text, text) IS
  'erases a person from the log, whose proofs stay valid; how many events named the person';
