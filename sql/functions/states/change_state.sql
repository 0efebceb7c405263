-- The one way a subject's state changes. In order: write history; take the exclusive lock on the state, for which row
-- triggers take the share lock (so a write either committed before, or sees the new state and is refused); store state and
-- mask, withhold what is no longer permitted, queue the rows for settling: see sminion.apply_changes. A subject with few rows
-- is settled at once.
--
-- Whoever writes rows of the subject holds its state locked, for as long as he likes: a transaction may stay idle, and a
-- prepared one outlives its session. So the lock is waited for a second at most (in a transaction that has waited once, or
-- holds a state, not at all), and after that the change is left pending: the denial is inserted all the same, which waits for
-- nothing, and holds for every reader from the commit on. It is then the most that the event can deny, because the state
-- that it changes may be another's uncommitted one. Permissions that come back follow with settling.
--
-- given_at, text_sha256, channel and until are facts of a consent. One that was given earlier than it is recorded counts from when it
-- was given: what the person decided later stands (sminion.decided_later).
--
-- What a person decides under one key holds under all of them (sminion.merge_subjects): each has the event in its history, and the
-- states are stored together or wait together. Only an end (expire_consent) and a destruction (erase) are one key's.
--
-- single: only this key.
--
-- schemas: of a block, and of its end: only rows in these schemas. A block may have `until` too.
--
-- A key that no protected row has is taken, since consent is often given before the first row is written; but whoever
-- denies is told, because the key may be mistyped, and the person whom it should have named stays visible.
CREATE FUNCTION sminion.change_state(
  raw text, event text, purpose text, reason text, actor text, kind text, request bigint DEFAULT NULL,
  given_at timestamptz DEFAULT NULL, text_sha256 bytea DEFAULT NULL, channel text DEFAULT NULL, until timestamptz DEFAULT NULL,
  login name DEFAULT session_user, single boolean DEFAULT false,
  schemas text[] DEFAULT NULL
) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  key      text := sminion.subject_key(raw, kind);
  in_force sminion.policy;
  own      sminion.pending_change;
  numbers  bigint[] := '{}';
  told     text[] := '{}';
  keys     text[] := ARRAY[key];
  locked   text[];
  strays   text[];
  one      text;
  alone    CONSTANT boolean := coalesce(single, false) OR event IN ('expire_consent', 'erase');
  why      text := sminion.require_reason(reason);
  places   text[] := sminion.schemas_of_block(schemas);
  way      text := sminion.ticket_text('channel', channel, 80);
  who      text := sminion.require_actor(actor);
  changed  boolean;
  holder   bigint;
  done     integer;
BEGIN
  IF NOT alone THEN
    keys := sminion.same_person(key);
  END IF;
  IF event = 'unblock' AND request IS NULL THEN
    -- What one cannot see yet must not be unblocked either.
    PERFORM sminion.require_read_committed();
    SELECT min(r.id) INTO holder FROM sminion.request r WHERE r.subject = ANY (keys) AND r.interim AND r.closed_at IS NULL
      AND CASE WHEN places IS NULL THEN r.schemas IS NULL ELSE r.schemas && places END;
    IF holder IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'SG527',
        MESSAGE = format('the subject stays blocked until request %s is closed', holder),
        HINT = format('Decide the request, and close it: `sminion.close_request(%s, ...)`.', holder);
    END IF;
  END IF;
  own.event := change_state.event;
  own.purpose := change_state.purpose;
  own.schemas := places;
  LOOP
    SELECT p.* INTO STRICT in_force FROM sminion.policy p;
    own.bit := CASE WHEN event IN ('block', 'unblock', 'erase') THEN 0 ELSE sminion.purpose_bit(purpose, event) END;
    -- Of one policy: another one may come into force between the two.
    EXIT WHEN in_force.epoch = (SELECT p.epoch FROM sminion.policy p);
  END LOOP;
  own.denied := CASE event
    WHEN 'block' THEN ~in_force.blocked_bits
    WHEN 'erase' THEN -1
    WHEN 'withdraw_consent' THEN own.bit
    WHEN 'refuse_consent' THEN own.bit
    WHEN 'expire_consent' THEN own.bit
    WHEN 'object' THEN own.bit
    ELSE 0 END;
  IF event = 'block' AND (until <= clock_timestamp() OR until = 'infinity') THEN
    RAISE EXCEPTION USING ERRCODE = 'SG530',
      MESSAGE = format('the block would end at %s', until),
      HINT = 'Pass a moment that is to come, with its time zone; leave `until` out for a block without an end.';
  ELSIF event <> 'block' AND num_nonnulls(given_at, text_sha256, until) > 0 THEN
    PERFORM sminion.check_consent(given_at, text_sha256, until);
  END IF;
  own.since := clock_timestamp();
  IF event NOT IN ('give_consent', 'refuse_consent', 'expire_consent') AND NOT sminion.subject_known(key) THEN
    RAISE WARNING USING ERRCODE = 'SG614',
      MESSAGE = format('no protected row has the subject key `%s`', sminion.log_text(key, 80)),
      DETAIL = 'The change is recorded, and applies to rows that are written later. It hides no row that exists now.',
      HINT = 'Compare the key with the subject column; upper and lower case and spaces matter. '
        || 'Take back what was meant for somebody else.';
  END IF;

  LOOP
    FOREACH one IN ARRAY keys LOOP
      CONTINUE WHEN one = ANY (told);
      own.subject := one;
      INSERT INTO sminion.subject_event (subject, event, purpose, reason, actor, epoch, request, given_at, text_sha256, channel, until, login, schemas)
      VALUES (one, event, purpose, why, who, in_force.epoch, request, given_at, text_sha256, way, until, login, places)
      RETURNING id INTO own.id;
      IF until IS NOT NULL AND event = 'block' THEN
        INSERT INTO sminion.block_end (event, subject, schemas, until) VALUES (own.id, one, places, change_state.until);
      ELSIF until IS NOT NULL THEN
        INSERT INTO sminion.consent_end (event, subject, purpose, until) VALUES (own.id, one, change_state.purpose, change_state.until);
      END IF;
      numbers := numbers || own.id;
      told := told || one;
    END LOOP;
    locked := sminion.lock_person(key, CASE current_setting('sminion.waited', true) WHEN 'yes' THEN '0' ELSE '1s' END);
    -- Whoever has the state may be merging it with another key, and a denial must reach that one too.
    IF locked IS NULL AND event IN ('block', 'object', 'withdraw_consent', 'refuse_consent') THEN
      PERFORM sminion.lock_merges(false);
    END IF;
    EXIT WHEN alone;
    keys := coalesce(locked, sminion.same_person(key));
    EXIT WHEN keys <@ told;
  END LOOP;

  strays := told;
  IF locked IS NOT NULL THEN
    -- Who holds states waits for no other one: see lock_person.
    PERFORM set_config('sminion.waited', 'yes', true);
    changed := sminion.apply_to_person(locked, own, told, numbers);
    -- Only the first few of a transaction: each takes subtransactions. For many there are functions of their own.
    -- Whoever changes the setting spends or saves time in his own transaction only; what is no number is as if he had spent it.
    done := CASE WHEN coalesce(current_setting('sminion.settled_now', true), '') COLLATE "C" ~ '^[0-9]{0,4}$'
      THEN coalesce(nullif(current_setting('sminion.settled_now', true), ''), '0')::integer ELSE 20 END;
    IF changed AND done < 20 THEN
      PERFORM sminion.settle_now(locked, 200);
      PERFORM set_config('sminion.settled_now', (done + 1)::text, true);
    END IF;
    -- What was recorded for a key that meanwhile belongs to another person again is left to `settle`.
    strays := ARRAY(SELECT t.key FROM unnest(told) AS t (key) WHERE t.key <> ALL (locked));
  END IF;

  INSERT INTO sminion.pending_change (id, subject, event, purpose, schemas, bit, denied, since)
  SELECT t.id, t.key, own.event, own.purpose, own.schemas, own.bit, own.denied, own.since
  FROM unnest(told, numbers) AS t (key, id) WHERE t.key = ANY (strays);
  INSERT INTO sminion.withheld (subject, change, denied)
  SELECT t.key, t.id, own.denied FROM unnest(told, numbers) AS t (key, id) WHERE t.key = ANY (strays) AND own.denied <> 0;
  IF locked IS NOT NULL THEN
    IF event = 'unblock' AND request IS NULL AND NOT alone THEN
      PERFORM sminion.say_still_blocked(key);
    END IF;
    RETURN changed;
  END IF;

  PERFORM set_config('sminion.waited', 'yes', true);
  RAISE WARNING USING ERRCODE = 'SG508',
    MESSAGE = format('the change of subject `%s` waits for a lock: %s', key,
                     CASE own.denied WHEN 0 THEN 'it permits nothing yet' ELSE 'what it denies is denied' END),
    DETAIL = format('The state is locked by %s.', sminion.state_holders(key)),
    HINT = 'Nothing needs to be repeated: `sminion.settle` stores it once the lock is free; see `sminion.pending_changes`.';
  RETURN true;
END
$sminion$;
COMMENT ON FUNCTION sminion.change_state(text, text, text, text, text, text, bigint, timestamptz, bytea, text, timestamptz, name, boolean, text[]) IS
  'true when the state changed, or will';
