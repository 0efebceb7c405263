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
  permitted record;
  moment   timestamptz := coalesce(record_disclosure.disclosed_at, clock_timestamp());
  keys     text[];
  number   bigint;
BEGIN
  PERFORM sminion.require_read_committed();
  permitted := sminion.permit_disclosure(
    record_disclosure.recipient, record_disclosure.purpose, record_disclosure.categories, moment, false);
  IF coalesce(cardinality(record_disclosure.categories), 0) = 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('recipient `%s` never gets data of no category', record_disclosure.recipient),
      HINT = 'Pass the categories that were disclosed.';
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
  VALUES (moment, sminion.require_actor(record_disclosure.actor), record_disclosure.recipient, permitted.contract, record_disclosure.purpose,
          ARRAY(SELECT DISTINCT sminion.log_text(c, 80) FROM unnest(record_disclosure.categories) c ORDER BY 1), cardinality(keys),
          sminion.require_reason(record_disclosure.reason), permitted.epoch)
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
