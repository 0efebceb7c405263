-- Repeats one entry of a ledger in a restored database, by the functions that made it, and says `applied`, `present` where it is on record
-- already, or `repeated` where an earlier replay of this ledger did it. One transaction for each entry, in the order of their numbers.
--
-- became: of a request or a hold the number that it has here.
--
-- The event is a new one of whoever replays; its reason begins with the moment of the decision, and sminion.replayed has the number
-- that it had.
CREATE FUNCTION sminion.replay_decision(
  ledger text, number bigint, kind text, at timestamptz, subject text, other text, decision jsonb, OUT outcome text, OUT became bigint
)
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  why CONSTANT text := 'decided ' || to_char(replay_decision.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC, repeated after a restore: '
    || left(coalesce(decision ->> 'reason', 'no reason'), 900);
  was bigint;
  holds text;
BEGIN
  IF num_nulls(ledger, number, at, decision) > 0 OR replay_decision.kind NOT IN ('state', 'request', 'act')
    OR (replay_decision.subject IS NULL AND replay_decision.kind <> 'request')
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG594', MESSAGE = 'this is no entry of a ledger',
      HINT = 'Replay ledgers with `sminion-guard subject ledger replay`.';
  END IF;
  PERFORM sminion.require_read_committed();
  IF EXISTS (SELECT FROM sminion.replayed p WHERE p.ledger = replay_decision.ledger AND p.number = replay_decision.number) THEN
    outcome := 'repeated';
  ELSIF replay_decision.kind = 'state' THEN
    outcome := CASE WHEN sminion.replay_state(ledger, at, subject, other, decision, why) THEN 'applied' ELSE 'present' END;
  ELSE
    became := CASE replay_decision.kind
      WHEN 'request' THEN sminion.replay_request(ledger, at, subject, decision, why)
      ELSE sminion.replay_act(ledger, subject, decision, why) END;
    outcome := CASE WHEN became IS NULL THEN 'present' ELSE 'applied' END;
  END IF;
  IF outcome = 'applied' THEN
    IF replay_decision.kind = 'request' AND decision ->> 'event' = 'opened' THEN
      holds := 'request';
      was := (decision ->> 'request')::bigint;
    ELSIF decision ->> 'act' = 'hold' THEN
      holds := 'hold';
      was := (decision #>> '{hold,id}')::bigint;
    END IF;
    INSERT INTO sminion.replayed (ledger, number, at, kind, was, became)
    VALUES (replay_decision.ledger, replay_decision.number, replay_decision.at, holds, was, replay_decision.became);
  END IF;
  IF decision ->> 'event' = 'destruction_begun' THEN
    became := sminion.replayed_number(
      replay_decision.ledger, 'request', (decision ->> 'request')::bigint, (decision #>> '{row,recorded_at}')::timestamptz);
  END IF;
END
$sminion$;
COMMENT ON FUNCTION sminion.replay_decision(text, bigint, text, timestamptz, text, text, jsonb) IS
  'repeats one entry of a ledger in a restored database';
