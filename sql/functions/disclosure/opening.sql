-- To whom an export that is just beginning goes, and when the contract with the recipient ends: what a ticket for it stands on. The row of the
-- register is the proof: it was written by this login in this transaction, and no ticket was opened for it yet. Only
-- sminion.open_transfer leaves such a row, for as long as it runs: a client cannot get the ticket without what it puts on record.
CREATE FUNCTION sminion.opening(disclosure bigint, purpose text, OUT recipient text, OUT ends timestamptz)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  to_whom text;
  last    timestamptz;
BEGIN
  SELECT d.recipient,
    ((v.document #>> ARRAY['recipients', d.recipient, 'until'])::date + 1)::timestamp AT TIME ZONE (v.document ->> 'timezone')
  INTO to_whom, last
  FROM sminion.disclosure d
  JOIN sminion.policy p ON p.epoch = d.epoch
  JOIN sminion.policy_version v ON v.epoch = p.epoch
  WHERE d.id = opening.disclosure AND d.login = session_user AND d.purpose = opening.purpose AND d.persons IS NULL
    AND sminion.own_row(d.xmin) AND NOT EXISTS (SELECT FROM sminion.transfer t WHERE t.disclosure = d.id);
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG733',
      MESSAGE = format('no export begins with disclosure %s', opening.disclosure),
      DETAIL = 'A ticket for a recipient is opened with the row of the register that says so, and in no other way.',
      HINT = 'Begin an export: `sminion-guard export run`, or `sminion.open_transfer`. Leave `disclosure` out for a ticket of your own.';
  END IF;
  recipient := to_whom;
  ends := last;
END
$sminion$;
