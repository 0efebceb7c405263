-- The same change of many subjects' states, as sminion.change_state makes it of one: the number of those that changed, or
-- will. Whose state is free, or is not there yet, is changed by statements for many at once, 2000 by 2000, and settled at
-- once; whose state is locked, being made, or has a change pending is left to change_state.
--
-- All states stay locked until the caller commits, and writers of these subjects wait for that: a campaign of millions is
-- passed in parts of some thousands, each in a transaction of its own.
--
-- as_kept: `raw` are keys that sminion.subject_key has made already.
-- given_at, text_sha256, channel and until are facts of consents, one for each of `raw`: see change_state.
CREATE FUNCTION sminion.change_states(
  raw text[], event text, purpose text, reason text, actor text, kind text, given_at timestamptz[] DEFAULT NULL,
  text_sha256 bytea[] DEFAULT NULL, channel text[] DEFAULT NULL, until timestamptz[] DEFAULT NULL, login name DEFAULT session_user, as_kept boolean DEFAULT false
) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  why      CONSTANT text := sminion.require_reason(reason);
  who      CONSTANT text := sminion.require_actor(actor);
  spoken   CONSTANT text := current_setting('client_min_messages');
  patience CONSTANT text := current_setting('lock_timeout');
  factual  CONSTANT boolean := num_nonnulls(given_at, text_sha256, channel, until) > 0;
  keys     text[];
  in_force sminion.policy;
  bit      bigint;
  since    timestamptz;
  batch    text[];
  strangers text[];
  free     text[];
  moved    text[];
  numbers  bigint[];
  made_ids bigint[];
  made_keys text[];
  at_key   integer;
  denials  bigint[];
  key      text;
  changed  bigint := 0;
  unknown  bigint := 0;
BEGIN
  IF raw IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG504', MESSAGE = 'the subjects are NULL',
      HINT = 'Pass an array of keys, such as `ARRAY(SELECT id::text FROM ...)`.';
  END IF;
  IF factual THEN
    -- The same order for all of them.
    SELECT array_agg(f.key ORDER BY f.key), array_agg(f.g ORDER BY f.key), array_agg(f.t ORDER BY f.key),
           array_agg(sminion.ticket_text('channel', f.c, 80) ORDER BY f.key), array_agg(f.u ORDER BY f.key)
    INTO keys, given_at, text_sha256, channel, until
    FROM (
      SELECT DISTINCT ON (1) CASE WHEN as_kept THEN u.r ELSE sminion.subject_key(u.r, kind) END COLLATE "C" AS key, u.g, u.t, u.c, u.u
      FROM unnest(raw, given_at, text_sha256, channel, until) AS u (r, g, t, c, u) ORDER BY 1) f;
    PERFORM sminion.check_consent(min(u.g), NULL, NULL), sminion.check_consent(max(u.g), NULL, NULL)
    FROM unnest(given_at) AS u (g);
    PERFORM sminion.check_consent(u.g, u.t, u.u) FROM unnest(given_at, text_sha256, until) AS u (g, t, u)
    WHERE octet_length(u.t) <> 32 OR u.u IS NOT NULL;
  ELSE
    keys := ARRAY(SELECT DISTINCT sminion.subject_key(r, kind) FROM unnest(raw) AS u (r) ORDER BY 1);
  END IF;
  keys := coalesce(keys, '{}');
  LOOP
    SELECT p.* INTO STRICT in_force FROM sminion.policy p;
    bit := CASE WHEN event IN ('block', 'unblock') THEN 0 ELSE sminion.purpose_bit(purpose, event) END;
    since := sminion.consents_since(bit);
    -- Of one policy: another one may come into force between the two.
    EXIT WHEN in_force.epoch = (SELECT p.epoch FROM sminion.policy p);
  END LOOP;
  FOR part IN 0 .. cardinality(keys) / 2000 LOOP
    batch := keys[2000 * part + 1 : 2000 * part + 2000];
    strangers := ARRAY(
      SELECT k.key FROM unnest(batch) AS k (key)
      WHERE NOT EXISTS (SELECT FROM sminion.subject_state s WHERE s.subject = k.key));
    IF event NOT IN ('give_consent', 'refuse_consent', 'expire_consent') THEN
      unknown := unknown + (SELECT count(*) FROM unnest(strangers) AS k (key) WHERE NOT sminion.subject_known(k.key));
    END IF;
    IF strangers <> '{}' THEN
      BEGIN
        PERFORM set_config('lock_timeout', '2ms', true);
        PERFORM sminion.make_states(strangers);
        PERFORM set_config('lock_timeout', patience, true);
      EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
        -- Somebody is just making one of them: change_state makes the others one by one, and waits.
        NULL;
      END;
    END IF;
    free := ARRAY(
      SELECT s.subject FROM sminion.subject_state s
      WHERE s.subject = ANY (batch)
        -- a block that is limited to schemas has a mask of its own: change_state computes it
        AND s.schemas_mask IS NULL
        AND NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.subject = s.subject)
      ORDER BY s.subject FOR UPDATE SKIP LOCKED);
    -- Who holds states waits for none: another officer may hold that one and wait for these, and then PostgreSQL ends whoever looks
    -- for the deadlock first, which may be a writer who only waits.
    IF free <> '{}' THEN
      PERFORM set_config('sminion.waited', 'yes', true);
    END IF;
    -- Of keys that belong to one person with others, each change is one of all: change_state makes it.
    free := ARRAY(
      SELECT k.key FROM unnest(free) WITH ORDINALITY AS k (key, n)
      WHERE NOT EXISTS (SELECT FROM sminion.subject_merge m WHERE m.ended_at IS NULL AND m.one = k.key)
        AND NOT EXISTS (SELECT FROM sminion.subject_merge m WHERE m.ended_at IS NULL AND m.other = k.key)
      ORDER BY k.n);
    -- History after the lock: what another says later about one of them is stored later too.
    IF factual THEN
      WITH made AS (
        INSERT INTO sminion.subject_event AS e (subject, event, purpose, reason, actor, login, epoch, given_at, text_sha256, channel, until)
        SELECT f.key, change_states.event, change_states.purpose, why, who, change_states.login, in_force.epoch, f.g, f.t, f.c, f.u
        FROM unnest(keys, given_at, text_sha256, channel, until) AS f (key, g, t, c, u) JOIN unnest(free) AS r (key) ON r.key = f.key
        RETURNING e.id, e.subject, e.until
      ), ends AS (
        INSERT INTO sminion.consent_end (event, subject, purpose, until)
        SELECT m.id, m.subject, change_states.purpose, m.until FROM made m WHERE m.until IS NOT NULL
      )
      SELECT coalesce(array_agg(m.id), '{}'), coalesce(array_agg(m.subject), '{}') INTO made_ids, made_keys FROM made m;
      -- What was decided later stands, and what has ended opens nothing: see apply_changes.
      SELECT coalesce(array_agg(m.id), '{}'), coalesce(array_agg(m.key), '{}') INTO made_ids, made_keys
      FROM unnest(made_ids, made_keys) AS m (id, key)
      -- Most people of an import have decided nothing before: for them the function is not called.
      WHERE NOT CASE WHEN EXISTS (SELECT FROM sminion.subject_event o WHERE o.subject = m.key AND o.id <> m.id)
          THEN sminion.decided_later(m.id, m.key, change_states.event, change_states.purpose) ELSE false END
        AND NOT EXISTS (SELECT FROM sminion.consent_end n WHERE n.event = m.id AND n.until <= clock_timestamp())
        AND NOT (event = 'give_consent' AND since IS NOT NULL
          AND EXISTS (SELECT FROM sminion.subject_event e WHERE e.id = m.id AND coalesce(e.given_at, e.at) < since));
    ELSE
      WITH made AS (
        INSERT INTO sminion.subject_event AS e (subject, event, purpose, reason, actor, epoch)
        SELECT f.key, change_states.event, change_states.purpose, why, who, in_force.epoch FROM unnest(free) AS f (key)
        RETURNING e.id, e.subject
      )
      SELECT coalesce(array_agg(m.id), '{}'), coalesce(array_agg(m.subject), '{}') INTO made_ids, made_keys FROM made m;
    END IF;
    WITH said AS (
      SELECT m.id, m.subject FROM unnest(made_ids, made_keys) AS m (id, subject)
    ), before AS (
      SELECT s.*,
             CASE event WHEN 'block' THEN true WHEN 'unblock' THEN false ELSE s.blocked END AS new_blocked,
             CASE event WHEN 'give_consent' THEN s.consents | bit WHEN 'withdraw_consent' THEN s.consents & ~bit
               WHEN 'refuse_consent' THEN s.consents & ~bit WHEN 'expire_consent' THEN s.consents & ~bit
               ELSE s.consents END AS new_consents,
             CASE event WHEN 'object' THEN s.objections | bit WHEN 'withdraw_objection' THEN s.objections & ~bit
               ELSE s.objections END AS new_objections
      FROM sminion.subject_state s WHERE s.subject = ANY (made_keys)
    ), after AS (
      SELECT b.*, CASE WHEN b.erased THEN 0
               ELSE sminion.mask(in_force, b.new_blocked, b.new_consents, b.new_objections) END AS new_mask FROM before b
    ), stored AS (
      UPDATE sminion.subject_state s
      SET blocked = a.new_blocked, consents = a.new_consents, objections = a.new_objections, mask = a.new_mask,
          epoch = in_force.mask_epoch
      FROM after a
      WHERE s.subject = a.subject
        AND (a.blocked, a.consents, a.objections, a.mask, a.epoch)
            IS DISTINCT FROM (a.new_blocked, a.new_consents, a.new_objections, a.new_mask, in_force.mask_epoch)
      RETURNING s.subject, a.mask & ~a.new_mask AS denied
    ), queued AS (
      INSERT INTO sminion.unsettled (subject) SELECT t.subject FROM stored t
    )
    SELECT coalesce(array_agg(t.subject), '{}'), coalesce(array_agg(d.id), '{}'), coalesce(array_agg(t.denied), '{}')
    INTO moved, numbers, denials FROM stored t JOIN said d ON d.subject = t.subject;
    -- What the new states permit is withheld no longer: see apply_changes.
    DELETE FROM sminion.withheld w USING sminion.subject_state s
    WHERE w.subject = ANY (moved) AND s.subject = w.subject AND w.denied & ~s.mask = 0
      AND NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.id = w.change);
    UPDATE sminion.withheld w SET denied = w.denied & ~s.mask FROM sminion.subject_state s
    WHERE w.subject = ANY (moved) AND s.subject = w.subject AND w.denied & s.mask <> 0
      AND NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.id = w.change);
    PERFORM sminion.settle_now(moved, 80000);
    -- Withheld are those only that could not be settled: nobody sees the states before the end of the transaction, and every
    -- statement of everybody would read what was inserted and removed here, until VACUUM.
    INSERT INTO sminion.withheld (subject, change, denied)
    SELECT m.subject, m.change, m.denied FROM unnest(moved, numbers, denials) AS m (subject, change, denied)
    WHERE m.denied <> 0 AND EXISTS (SELECT FROM sminion.unsettled u WHERE u.subject = m.subject);
    changed := changed + cardinality(moved);

    -- One notice for all of them, and not one for each.
    PERFORM set_config('client_min_messages', 'warning', true);
    FOR key IN SELECT unnest(batch) EXCEPT SELECT unnest(free) ORDER BY 1 LOOP
      at_key := array_position(keys, key);
      changed := changed + sminion.change_state(
        coalesce(substr(key, length(kind || ':') + 1), key), event, purpose, reason, actor, kind, NULL, given_at[at_key],
        text_sha256[at_key], channel[at_key], until[at_key], login)::integer;
    END LOOP;
    PERFORM set_config('client_min_messages', spoken, true);
  END LOOP;
  IF unknown > 0 THEN
    RAISE WARNING USING ERRCODE = 'SG614',
      MESSAGE = format('no protected row has %s of the %s subject keys', unknown, cardinality(keys)),
      DETAIL = 'The change is recorded, and applies to rows that are written later. It hides no row that exists now.',
      HINT = 'Compare the keys with the subject columns; upper and lower case and spaces matter.';
  END IF;
  RETURN changed;
END
$sminion$;
COMMENT ON FUNCTION sminion.change_states(text[], text, text, text, text, text, timestamptz[], bytea[], text[], timestamptz[], name, boolean) IS
  'how many states changed, or will';
