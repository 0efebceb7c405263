-- The bit of a purpose whose basis gives this event a meaning; raises otherwise.
CREATE FUNCTION sminion.purpose_bit(purpose text, event text) RETURNS bigint
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_variable
DECLARE
  found_bit   smallint;
  found_basis text;
BEGIN
  SELECT p.bit, p.basis INTO found_bit, found_basis
  FROM sminion.purpose p WHERE p.name = purpose AND p.retired_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG501',
      MESSAGE = CASE WHEN purpose IS NULL THEN 'no purpose is named'
        ELSE format('the policy in force has no purpose `%s`', purpose) END,
      HINT = 'See `sminion-guard policy show`.';
  ELSIF event IN ('give_consent', 'refuse_consent', 'withdraw_consent', 'expire_consent') AND found_basis <> 'consent' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG502',
      MESSAGE = format('purpose `%s` rests on %s, not on consent', purpose, found_basis),
      HINT = 'Use `sminion.object` for a legitimate interest; a contract or law leaves no choice.';
  ELSIF event IN ('object', 'withdraw_objection') AND found_basis <> 'legitimate_interest' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG503',
      MESSAGE = format('purpose `%s` rests on %s, not on a legitimate interest', purpose, found_basis),
      HINT = 'Use `sminion.withdraw_consent` for a consent; a contract or law leaves no choice.';
  END IF;
  RETURN 1::bigint << found_bit;
END
$sminion$;
