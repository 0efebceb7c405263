-- Begins to destroy all data of the person of a request `destroy`: writes it down, with the plan, and refuses all writing of the person's data from now
-- on. Commit, then call sminion.destroy_batch with the number that this returns until nothing is left. Called again, for a request
-- whose destruction has begun, it returns the same number, and what was stuck is tried again.
--
-- slow: also tables of more than 100,000 rows in which no index leads to the person's rows: each is read as a whole, several times.
CREATE FUNCTION sminion.begin_destruction(request bigint, reason text, slow boolean DEFAULT false, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '5s'
AS $sminion$
DECLARE
  why    CONSTANT text := sminion.require_reason(begin_destruction.reason);
  who    CONSTANT text := sminion.require_actor(begin_destruction.actor);
  row_of sminion.request;
  kind   text;
  own    sminion.destruction;
  whole  jsonb;
  blocked text;
BEGIN
  SELECT d.* INTO own FROM sminion.destruction d WHERE d.request = begin_destruction.request FOR UPDATE;
  IF FOUND THEN
    UPDATE sminion.destruction d SET retry_at = clock_timestamp() WHERE d.id = own.id;
    RETURN own.id;
  END IF;
  row_of := sminion.destruction_request(begin_destruction.request);
  SELECT jsonb_agg(to_jsonb(p) ORDER BY p.place) INTO whole FROM sminion.destruction_plan(row_of.subject, slow) p;
  SELECT string_agg(format('`%s.%s`', t ->> 'schema_name', t ->> 'table_name'), ', ') INTO blocked
  FROM jsonb_array_elements(whole) t WHERE NOT slow AND t ->> 'rows' IS NULL AND NOT (t ->> 'indexed')::boolean;
  IF blocked IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG562',
      MESSAGE = 'no index leads to the person''s rows in a large table',
      DETAIL = format('Without an index on the subject column all rows are read for each batch: %s.', blocked),
      HINT = 'Make an index on the subject column, or pass `slow => true`.';
  END IF;
  -- A commit that a crash takes back would leave rows destroyed and nothing on record.
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  INSERT INTO sminion.salt (holder) VALUES ('subject:' || row_of.subject) ON CONFLICT DO NOTHING;
  own.id := nextval(pg_get_serial_sequence('sminion.destruction', 'id'));
  own.plan_sha256 := sha256(convert_to(whole::text, 'UTF8'));
  INSERT INTO sminion.destruction (id, request, subject, commitment, plan, plan_sha256, reason, actor, epoch)
  OVERRIDING SYSTEM VALUE
  SELECT own.id, row_of.id, row_of.subject,
         sha256(sha256(z.salt || int8send(own.id) || convert_to('destruction', 'UTF8')) || convert_to(row_of.subject, 'UTF8')),
         whole, own.plan_sha256, why, who, p.epoch
  FROM sminion.policy p, sminion.salt z WHERE z.holder = 'subject:' || row_of.subject
  RETURNING * INTO STRICT own;
  INSERT INTO sminion.destruction_table (destruction, schema_name, table_name, place, way, shared, planned, state, hold)
  SELECT own.id, t ->> 'schema_name', t ->> 'table_name', (t ->> 'place')::integer, t ->> 'way', t ->> 'shared', (t ->> 'rows')::bigint,
         CASE WHEN t ->> 'hold' IS NULL THEN 'waiting' ELSE 'held' END, (t ->> 'hold')::bigint
  FROM jsonb_array_elements(whole) t;
  PERFORM sminion.record_request_event(row_of.id, 'destruction_begun', jsonb_build_object(
    'destruction', own.id, 'plan', encode(own.plan_sha256, 'hex'), 'commitment', encode(own.commitment, 'hex'),
    'rows', (SELECT sum((t ->> 'rows')::bigint) FROM jsonb_array_elements(whole) t),
    'holds', (SELECT count(DISTINCT t ->> 'hold') FROM jsonb_array_elements(whole) t)), why, who);
  kind := CASE WHEN (SELECT p.subject_keys ? '' FROM sminion.policy p) THEN NULL ELSE split_part(row_of.subject, ':', 1) END;
  PERFORM sminion.change_state(
    CASE WHEN kind IS NULL THEN row_of.subject ELSE substr(row_of.subject, length(kind) + 2) END, 'erase', NULL, why, who, kind, row_of.id);
  RETURN own.id;
END
$sminion$;
COMMENT ON FUNCTION sminion.begin_destruction(bigint, text, boolean, text) IS
  'begins to destroy the data of the person of a request; the number of the destruction';
