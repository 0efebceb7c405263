-- Ends an export of which everything was written. Asks again whether the recipient may have it from this login: the contract may have ended, and the
-- policy changed, since it began. What it says of the file is the client's word.
CREATE FUNCTION sminion.finish_transfer(
  disclosure bigint, rows bigint, bytes bigint, sha256 bytea, at_most boolean DEFAULT false
) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  begun sminion.disclosure := sminion.own_transfer(finish_transfer.disclosure);
  named bigint;
BEGIN
  PERFORM sminion.permit_disclosure(begun.recipient, begun.purpose, begun.categories, clock_timestamp(), true);
  IF NOT EXISTS (
    SELECT FROM sminion.policy p JOIN sminion.policy_version v ON v.epoch = p.epoch
    WHERE v.document -> 'purposes' -> begun.purpose -> 'may' ? 'transfer')
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG701',
      MESSAGE = format('purpose `%s` transfers no data any more', begun.purpose),
      HINT = 'Delete what was written, and say that it failed: `sminion.fail_transfer`.';
  ELSIF NOT EXISTS (
    SELECT FROM sminion.login l
    WHERE l.login = session_user AND l.purpose = begun.purpose AND l.recipient = begun.recipient)
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG734',
      MESSAGE = format('login `%s` may not send data to `%s` any more', session_user, begun.recipient),
      HINT = 'Delete what was written, and say that it failed: `sminion.fail_transfer`.';
  ELSIF coalesce(finish_transfer.rows, -1) < 0 OR coalesce(finish_transfer.bytes, -1) < 0 OR coalesce(length(finish_transfer.sha256), 0) <> 32 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG729',
      MESSAGE = 'an export ends with its number of rows and bytes, and the SHA-256 of the file',
      HINT = 'Pass them, or say that it failed: `sminion.fail_transfer`.';
  END IF;
  PERFORM sminion.remove_erased(finish_transfer.disclosure);
  PERFORM sminion.check_groups(begun);
  SELECT count(*) INTO named FROM sminion.disclosure_subject s WHERE s.disclosure = finish_transfer.disclosure;
  INSERT INTO sminion.transfer_end (disclosure, state, rows, bytes, sha256, persons, at_most)
  VALUES (finish_transfer.disclosure, 'finished', finish_transfer.rows, finish_transfer.bytes, finish_transfer.sha256, named,
          coalesce(finish_transfer.at_most, true));
  PERFORM sminion.record_act('transfer_finished', jsonb_build_object(
    'disclosure', finish_transfer.disclosure, 'rows', finish_transfer.rows, 'bytes', finish_transfer.bytes,
    'sha256', encode(finish_transfer.sha256, 'hex'), 'persons', named), NULL);
  RETURN named;
END
$sminion$;
COMMENT ON FUNCTION sminion.finish_transfer(bigint, bigint, bigint, bytea, boolean) IS
  'ends an export of which everything was written; how many people it named';
