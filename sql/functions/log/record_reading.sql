-- Records that somebody is about to read the log, and with which question: `sminion-guard audit` calls it before it reads, in a
-- transaction of its own, and reads nothing unless it has committed. What an act says becomes a leaf of the sealed log, which names
-- nobody: so neither the subject that was asked about nor an actor is kept, only that there was such a question.
--
-- key: the subject as logs keep it. Without a policy, as in a database that only keeps a log, it is kept as it was passed.
CREATE FUNCTION sminion.record_reading(
  question text, subject text DEFAULT NULL, kind text DEFAULT NULL, since timestamptz DEFAULT NULL, until timestamptz DEFAULT NULL,
  purpose text DEFAULT NULL, reason text DEFAULT NULL, OUT act bigint, OUT key text
) RETURNS record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $sminion$
DECLARE
  why text := CASE WHEN record_reading.reason IS NOT NULL THEN sminion.require_reason(record_reading.reason) END;
BEGIN
  IF question IS NULL OR question <> ALL (ARRAY['log', 'refusals', 'actor', 'purpose', 'subject', 'compare', 'report', 'unexplained'])
     OR (question = 'subject') <> (record_reading.subject IS NOT NULL) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG618',
      MESSAGE = 'no such question to the log',
      DETAIL = 'Questions: log, refusals, actor, purpose, compare, report, unexplained, and subject with the key of one.',
      HINT = 'Read the log with `sminion-guard audit`.';
  END IF;
  IF record_reading.subject IS NOT NULL THEN
    key := CASE WHEN EXISTS (SELECT FROM sminion.policy)
      THEN sminion.subject_key(record_reading.subject, record_reading.kind)
      ELSE coalesce(record_reading.kind || ':', '') || record_reading.subject END;
  END IF;
  act := sminion.record_act('read_log', jsonb_strip_nulls(jsonb_build_object(
    'question', question, 'since', since, 'until', until,
    -- a name of the policy, and no text that somebody made up
    'purpose', (SELECT max(p.name) FROM sminion.purpose p WHERE p.name = record_reading.purpose))), why);
END
$sminion$;
COMMENT ON FUNCTION sminion.record_reading(text, text, text, timestamptz, timestamptz, text, text) IS
  'records that somebody is about to read the log, and with which question';
