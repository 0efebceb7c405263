-- Records that data of some people were passed on to a recipient of the policy, and returns the number. Open requests of these people get an
-- obligation to tell the recipient. What the policy does not permit is refused: whoever passed it on all the same has an
-- incident to report, and no line to add here.
--
-- For many people, pass some thousands of keys in a call.
CREATE FUNCTION sminion.record_disclosure(
  recipient text, purpose text, categories text[], subjects text[], reason text, disclosed_at timestamptz DEFAULT NULL, actor text DEFAULT NULL,
  kind text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  said     jsonb;
  whole    jsonb;
  unknown  text;
  in_force integer;
  moment   timestamptz := coalesce(record_disclosure.disclosed_at, clock_timestamp());
  keys     text[];
  number   bigint;
BEGIN
  PERFORM sminion.require_read_committed();
  SELECT v.document -> 'recipients' -> record_disclosure.recipient, v.document, v.epoch INTO said, whole, in_force
  FROM sminion.policy p JOIN sminion.policy_version v ON v.epoch = p.epoch;
  IF said IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('the policy in force has no recipient `%s`', coalesce(sminion.log_text(record_disclosure.recipient, 80), 'NULL')),
      HINT = 'See `sminion-guard policy show`; declare `[recipient.NAME]` with its contract.';
  ELSIF NOT coalesce(said -> 'purposes' ? record_disclosure.purpose, false) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('recipient `%s` gets no data for purpose `%s`', record_disclosure.recipient,
                       coalesce(sminion.log_text(record_disclosure.purpose, 80), 'NULL')),
      HINT = 'Pass a purpose that `[recipient.NAME]` lists.';
  ELSIF (moment AT TIME ZONE (whole ->> 'timezone'))::date > (said ->> 'until')::date THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('the contract with recipient `%s` ended on %s', record_disclosure.recipient, said ->> 'until'),
      HINT = 'Renew the contract and its `until` in the policy; what went out after its end is an incident: open a request `misconduct`.';
  ELSIF coalesce(cardinality(record_disclosure.categories), 0) = 0 OR array_position(record_disclosure.categories, NULL) IS NOT NULL
    OR said -> 'never' ?| record_disclosure.categories
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('recipient `%s` never gets %s', record_disclosure.recipient, coalesce(
        (SELECT string_agg(format('`%s`', c), ', ' ORDER BY c) FROM unnest(record_disclosure.categories) c WHERE said -> 'never' ? c),
        'data of no category')),
      HINT = 'Pass the categories that were disclosed; one that the recipient never gets is an incident: open a request `misconduct`.';
  END IF;
  SELECT min(c) INTO unknown FROM unnest(record_disclosure.categories) c
  WHERE c <> 'none' AND jsonb_typeof(said -> 'gives') = 'array' AND NOT said -> 'gives' ? c;
  IF unknown IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('the contract with recipient `%s` does not cover `%s`', record_disclosure.recipient, sminion.log_text(unknown, 80)),
      HINT = 'Pass categories of `gives` in the policy; another one that was disclosed is an incident: open a request `misconduct`.';
  END IF;
  -- A slip of the keyboard must not go round what the recipient never gets.
  SELECT min(c) INTO unknown FROM unnest(record_disclosure.categories) c
  WHERE NOT EXISTS (SELECT FROM jsonb_path_query(whole, '$.schemas.*.tables.*.columns.*') h WHERE h #>> '{}' = c);
  IF unknown IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('no column of the policy in force has the category `%s`', sminion.log_text(unknown, 80)),
      HINT = 'Pass categories of the policy; see `sminion-guard policy show`.';
  ELSIF moment > clock_timestamp() + interval '1 minute' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG522',
      MESSAGE = format('nothing can have been disclosed at %s', moment),
      HINT = 'Pass the moment when it was disclosed, or leave `disclosed_at` out.';
  END IF;
  keys := ARRAY(SELECT DISTINCT sminion.subject_key(k, record_disclosure.kind) FROM unnest(record_disclosure.subjects) k);
  IF cardinality(keys) = 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG504', MESSAGE = 'no subject is named',
      HINT = 'Pass an array of keys, such as `ARRAY(SELECT id::text FROM ...)`.';
  END IF;
  INSERT INTO sminion.disclosure AS d (disclosed_at, actor, recipient, contract, purpose, categories, persons, reason, epoch)
  VALUES (moment, sminion.require_actor(record_disclosure.actor), record_disclosure.recipient, said ->> 'contract', record_disclosure.purpose,
          ARRAY(SELECT DISTINCT sminion.log_text(c, 80) FROM unnest(record_disclosure.categories) c ORDER BY 1), cardinality(keys),
          sminion.require_reason(record_disclosure.reason), in_force)
  RETURNING d.id INTO number;
  INSERT INTO sminion.disclosure_subject (disclosure, subject) SELECT number, k FROM unnest(keys) k;
  PERFORM sminion.record_act('disclosure', jsonb_build_object(
    'disclosure', number, 'recipient', record_disclosure.recipient, 'purpose', record_disclosure.purpose,
    'categories', to_jsonb(record_disclosure.categories), 'persons', cardinality(keys)), NULL);
  PERFORM sminion.lock_obligations();
  PERFORM sminion.make_obligations(keys);
  RETURN number;
END
$sminion$;
COMMENT ON FUNCTION sminion.record_disclosure(text, text, text[], text[], text, timestamptz, text, text) IS
  'records that data of people were passed on to a recipient; its number';
