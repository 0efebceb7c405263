-- Repeats a change of a state. False where the history has it already.
CREATE FUNCTION sminion.replay_state(
  ledger text, at timestamptz, subject text, other text, decision jsonb, reason text
) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  what  CONSTANT text := decision ->> 'event';
  ends  CONSTANT timestamptz := decision ->> 'until';
  own   record;
  pair  record;
BEGIN
  SELECT k.* INTO own FROM sminion.kind_of_subject(replay_state.subject) k;
  IF EXISTS (
    SELECT FROM sminion.subject_event e
    WHERE e.subject = replay_state.subject AND e.event = what AND e.at = replay_state.at
      AND e.purpose IS NOT DISTINCT FROM decision ->> 'purpose')
    -- over before it is repeated
    OR ends <= clock_timestamp()
  THEN
    RETURN false;
  ELSIF what IN ('merge_subjects', 'unmerge_subjects') THEN
    IF (replay_state.other = ANY (sminion.same_person(replay_state.subject))) = (what = 'merge_subjects') THEN
      RETURN false;
    END IF;
    SELECT k.* INTO pair FROM sminion.kind_of_subject(replay_state.other) k;
    PERFORM sminion.merge_keys(what, own.key, pair.key, replay_state.reason, decision ->> 'actor', own.kind, pair.kind, NULL);
    RETURN true;
  END IF;
  -- Each key of a merged person has its own event, in the ledger too.
  PERFORM sminion.change_state(
    own.key, what, decision ->> 'purpose', replay_state.reason, decision ->> 'actor', own.kind,
    (SELECT p.became FROM sminion.replayed p
     WHERE p.ledger = replay_state.ledger AND p.kind = 'request' AND p.was = (decision ->> 'request')::bigint),
    -- Decisions on consent count in the order of the moments when they were made.
    CASE WHEN what IN ('give_consent', 'refuse_consent', 'withdraw_consent') THEN coalesce((decision ->> 'given_at')::timestamptz, replay_state.at) END,
    (decision ->> 'text_sha256')::bytea, decision ->> 'channel', ends, single => true,
    schemas => CASE WHEN jsonb_typeof(decision -> 'schemas') = 'array' THEN ARRAY(SELECT jsonb_array_elements_text(decision -> 'schemas')) END);
  RETURN true;
END
$sminion$;
