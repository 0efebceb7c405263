-- Declares two keys to be one person, or no longer: for sminion.merge_subjects and sminion.unmerge_subjects. One transaction at a
-- time, under the locks of all states of the person: so it is done as a whole or not at all, and nothing of it is pending.
CREATE FUNCTION sminion.merge_keys(
  event text, subject text, other text, reason text, actor text, kind text, other_kind text, request bigint
) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  a       text := sminion.subject_key(subject, kind);
  b       text := sminion.subject_key(other, coalesce(other_kind, kind));
  why     text := sminion.require_reason(reason);
  who     text := sminion.require_actor(actor);
  before  boolean;
  pair    bigint;
  last    bigint;
  key     text;
  nothing sminion.pending_change;
  person  text[];
BEGIN
  PERFORM sminion.require_read_committed();
  IF a = b THEN
    RAISE EXCEPTION USING ERRCODE = 'SG536',
      MESSAGE = 'a key is not merged with itself',
      HINT = 'Pass two keys of one person.';
  ELSIF request IS NOT NULL AND NOT EXISTS (SELECT FROM sminion.request r WHERE r.id = merge_keys.request) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG522',
      MESSAGE = format('there is no request %s', request),
      HINT = 'List them: `SELECT * FROM sminion.request_status`.';
  END IF;
  PERFORM sminion.lock_merges(true);
  SELECT m.id INTO pair FROM sminion.subject_merge m 
  WHERE m.one = least(a COLLATE "C", b) AND m.other = greatest(a COLLATE "C", b) AND m.ended_at IS NULL;
  IF event = 'unmerge_subjects' AND pair IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG537',
      MESSAGE = 'these two keys were not merged with one another',
      HINT = 'See `sminion.merged_subjects`: of a chain of keys, end the pairs that were merged.';
  END IF;
  FOR key IN SELECT DISTINCT k COLLATE "C" FROM unnest(sminion.same_person(a) || sminion.same_person(b)) k ORDER BY 1 LOOP
    IF event = 'merge_subjects' AND NOT sminion.subject_known(key) THEN
      RAISE WARNING USING ERRCODE = 'SG614',
        MESSAGE = format('no protected row has the subject key `%s`', sminion.log_text(key, 80)),
        DETAIL = 'The change is recorded, and applies to rows that are written later. It hides no row that exists now.',
        HINT = 'Compare the key with the subject column; upper and lower case and spaces matter.';
    END IF;
    person := person || key;
  END LOOP;
  -- All or none, again and again for 2 seconds: an officer who has one of them may wait for this call (lock_merges), and of those who
  -- wait for one another PostgreSQL ends whoever looks first, which may be a writer.
  FOR attempt IN 1 .. 100 LOOP
    BEGIN
      FOREACH key IN ARRAY person LOOP
        IF NOT sminion.lock_state(key, '0') THEN
          RAISE EXCEPTION USING ERRCODE = 'SG538',
            MESSAGE = format('the state of subject `%s` is locked: nothing was changed', sminion.log_text(key, 80)),
            DETAIL = CASE attempt WHEN 100 THEN format('It is locked by %s.', sminion.state_holders(key)) ELSE '' END,
            HINT = 'Call it again when that transaction has ended. Until then block both keys if something must be denied at once.';
        END IF;
      END LOOP;
      EXIT;
    EXCEPTION WHEN SQLSTATE 'SG538' THEN
      IF attempt = 100 THEN
        RAISE;
      END IF;
      PERFORM pg_sleep(0.02);
    END;
  END LOOP;
  before := b = ANY (sminion.same_person(a));
  INSERT INTO sminion.subject_event (subject, event, reason, actor, epoch, request)
  SELECT k.key, merge_keys.event, why, who, p.epoch, merge_keys.request FROM sminion.policy p, (VALUES (a), (b)) AS k (key);
  last := (SELECT max(e.id) FROM sminion.subject_event e WHERE e.subject IN (a, b));
  IF event = 'unmerge_subjects' THEN
    UPDATE sminion.subject_merge m SET ended_at = clock_timestamp() WHERE m.id = pair;
  ELSIF pair IS NULL THEN
    INSERT INTO sminion.subject_merge (one, other) VALUES (least(a COLLATE "C", b), greatest(a COLLATE "C", b));
  END IF;
  -- Twice the same person after a merge, and the two persons after its end.
  FOREACH key IN ARRAY ARRAY[a, b] LOOP
    person := sminion.same_person(key);
    PERFORM sminion.apply_to_person(person, nothing);
    PERFORM sminion.spread_states(person, last);
    PERFORM sminion.settle_now(person, 200);
  END LOOP;
  IF event = 'merge_subjects' THEN
    -- Requests that are open concern what recipients got under the other key. What such a request obliged to stays after the end of a merge.
    PERFORM sminion.lock_obligations();
    PERFORM sminion.make_obligations(ARRAY[a]);
  END IF;
  IF event = 'unmerge_subjects' AND b = ANY (sminion.same_person(a)) THEN
    RAISE WARNING USING ERRCODE = 'SG536',
      MESSAGE = 'the two keys still belong to one person, by other keys that they are merged with',
      HINT = 'See `sminion.merged_subjects`, and end these pairs too.';
  END IF;
  RETURN before <> (b = ANY (sminion.same_person(a)));
END
$sminion$;
