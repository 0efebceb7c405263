-- Enters consents that logins recorded (sminion.record_consent) into the history, `most` at most; returns how many. A step of
-- sminion.maintain. Each counts from the moment when it was recorded, and one of a person and purpose in a call.
--
-- A login may not withdraw: a refusal where a consent is in force is noted in the history (`note_refusal`), and the consent stands.
CREATE FUNCTION sminion.take_consents(most integer) RETURNS integer
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  numbers bigint[];
  noted   bigint[];
  missing text[];
  one     text;
  patience  CONSTANT text := current_setting('lock_timeout');
  part    record;
BEGIN
  DELETE FROM sminion.consent_inbox i WHERE i.entered AND i.at < clock_timestamp() - interval '2 minutes';
  -- Recorded before the person was erased from the log, and committed after it: entered, it would bring the key back.
  DELETE FROM sminion.consent_inbox i USING sminion.erasure e WHERE e.holder = ('subject:' || i.subject) COLLATE "C" AND i.at <= e.at;
  IF NOT EXISTS (SELECT FROM sminion.consent_inbox i WHERE NOT i.entered) THEN
    RETURN 0;
  END IF;
  missing := ARRAY(
    SELECT DISTINCT i.subject FROM (
      SELECT i.subject FROM sminion.consent_inbox i
      WHERE NOT i.entered AND NOT EXISTS (SELECT FROM sminion.subject_state s WHERE s.subject = i.subject)
      ORDER BY i.id LIMIT most) i);
  BEGIN
    PERFORM set_config('lock_timeout', '2ms', true);
    PERFORM sminion.make_states(missing);
    PERFORM set_config('lock_timeout', patience, true);
  EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
    -- Somebody is just making one of them, and may take long: the others are made without it.
    FOREACH one IN ARRAY missing LOOP
      BEGIN
        PERFORM set_config('lock_timeout', '2ms', true);
        PERFORM sminion.make_states(ARRAY[one]);
        PERFORM set_config('lock_timeout', patience, true);
      EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
        NULL;
      END;
    END LOOP;
  END;
  numbers := ARRAY(
    SELECT i.id FROM sminion.consent_inbox i JOIN sminion.subject_state s ON s.subject = i.subject
    WHERE NOT i.entered AND NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.subject = i.subject)
    ORDER BY i.id LIMIT most FOR UPDATE OF i, s SKIP LOCKED);
  -- Again, with what is committed now; and the first one of a person and purpose.
  numbers := ARRAY(
    SELECT DISTINCT ON (i.subject, i.purpose) i.id FROM sminion.consent_inbox i
    WHERE i.id = ANY (numbers)
      AND NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.subject = i.subject)
    ORDER BY i.subject, i.purpose, i.id);
  -- Also what is recorded for a purpose that the policy no longer has, or for another basis: it is history, and opens nothing.
  noted := ARRAY(
    SELECT i.id FROM sminion.consent_inbox i JOIN sminion.subject_state s ON s.subject = i.subject
    LEFT JOIN sminion.purpose w ON w.name = i.purpose AND w.retired_at IS NULL AND w.basis = 'consent'
    WHERE i.id = ANY (numbers) AND (w.bit IS NULL OR NOT i.given AND s.consents & (1::bigint << w.bit) <> 0));
  INSERT INTO sminion.subject_event (subject, event, purpose, reason, actor, login, epoch, given_at, text_sha256, channel)
  SELECT i.subject, CASE WHEN i.given THEN 'give_consent' ELSE 'note_refusal' END, i.purpose, 'recorded by the application', i.actor, i.login,
         p.epoch, i.at, i.text_sha256, i.channel
  FROM sminion.consent_inbox i CROSS JOIN sminion.policy p WHERE i.id = ANY (noted);
  FOR part IN
    SELECT i.purpose, i.given, i.actor, i.login, k.kind, array_agg(k.key) AS keys, array_agg(i.at) AS ats,
           array_agg(i.text_sha256) AS hashes, array_agg(i.channel) AS channels
    FROM sminion.consent_inbox i CROSS JOIN LATERAL sminion.kind_of_subject(i.subject) k
    WHERE i.id = ANY (numbers) AND i.id <> ALL (noted)
    GROUP BY i.purpose, i.given, i.actor, i.login, k.kind
  LOOP
    PERFORM sminion.change_states(
      part.keys, CASE WHEN part.given THEN 'give_consent' ELSE 'refuse_consent' END, part.purpose, 'recorded by the application',
      part.actor, part.kind, part.ats, part.hashes, part.channels, NULL, part.login);
  END LOOP;
  UPDATE sminion.consent_inbox i SET entered = true WHERE i.id = ANY (numbers);
  RETURN cardinality(numbers);
END
$sminion$;
