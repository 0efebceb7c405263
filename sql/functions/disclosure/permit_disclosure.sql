-- Refuses what the policy in force does not let a recipient have, and returns what of it goes on record. Whoever passed it on all the same
-- has an incident to report.
CREATE FUNCTION sminion.permit_disclosure(
  recipient text, purpose text, categories text[], moment timestamptz, keys_decide boolean, OUT contract text, OUT epoch integer
)
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  said     jsonb;
  whole    jsonb;
  in_force integer;
  unknown  text;
BEGIN
  SELECT v.document -> 'recipients' -> permit_disclosure.recipient, v.document, v.epoch INTO said, whole, in_force
  FROM sminion.policy p JOIN sminion.policy_version v ON v.epoch = p.epoch;
  IF said IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('the policy in force has no recipient `%s`', coalesce(sminion.log_text(permit_disclosure.recipient, 80), 'NULL')),
      HINT = 'See `sminion-guard policy show`; declare `[recipient.NAME]` with its contract.';
  ELSIF NOT coalesce(said -> 'purposes' ? permit_disclosure.purpose, false) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('recipient `%s` gets no data for purpose `%s`', permit_disclosure.recipient,
                       coalesce(sminion.log_text(permit_disclosure.purpose, 80), 'NULL')),
      HINT = 'Pass a purpose that `[recipient.NAME]` lists.';
  ELSIF (permit_disclosure.moment AT TIME ZONE (whole ->> 'timezone'))::date > (said ->> 'until')::date THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('the contract with recipient `%s` ended on %s', permit_disclosure.recipient, said ->> 'until'),
      HINT = 'Renew the contract and its `until` in the policy; what went out after its end is an incident: open a request `misconduct`.';
  ELSIF array_position(permit_disclosure.categories, NULL) IS NOT NULL OR said -> 'never' ?| permit_disclosure.categories THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('recipient `%s` never gets %s', permit_disclosure.recipient, coalesce(
        (SELECT string_agg(format('`%s`', c), ', ' ORDER BY c) FROM unnest(permit_disclosure.categories) c WHERE said -> 'never' ? c),
        'data of no category')),
      HINT = 'Pass the categories that were disclosed; one that the recipient never gets is an incident: open a request `misconduct`.';
  END IF;
  SELECT min(c) INTO unknown FROM unnest(permit_disclosure.categories) c
  WHERE c <> 'none' AND jsonb_typeof(said -> 'gives') = 'array' AND NOT said -> 'gives' ? c
    -- a key that decided which rows are sent, and is not sent itself
    AND NOT (c = 'key' AND permit_disclosure.keys_decide);
  IF unknown IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('the contract with recipient `%s` does not cover `%s`', permit_disclosure.recipient, sminion.log_text(unknown, 80)),
      HINT = 'Pass categories of `gives` in the policy; another one that was disclosed is an incident: open a request `misconduct`.';
  END IF;
  -- A slip of the keyboard must not go round what the recipient never gets.
  SELECT min(c) INTO unknown FROM unnest(permit_disclosure.categories) c
  WHERE NOT EXISTS (SELECT FROM jsonb_path_query(whole, '$.schemas.*.tables.*.columns.*') h WHERE h #>> '{}' = c);
  IF unknown IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('no column of the policy in force has the category `%s`', sminion.log_text(unknown, 80)),
      HINT = 'Pass categories of the policy; see `sminion-guard policy show`.';
  END IF;
  contract := said ->> 'contract';
  epoch := in_force;
END
$sminion$;
