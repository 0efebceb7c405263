-- Ends an export that was not written, or of which nothing is kept. The register says so, and why.
CREATE FUNCTION sminion.fail_transfer(disclosure bigint, why text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  said text := coalesce(sminion.log_text(nullif(btrim(fail_transfer.why), ''), 200), 'unknown');
BEGIN
  PERFORM sminion.own_transfer(fail_transfer.disclosure);
  PERFORM sminion.remove_erased(fail_transfer.disclosure);
  INSERT INTO sminion.transfer_end (disclosure, state, persons, why)
  SELECT fail_transfer.disclosure, 'failed', count(*), said FROM sminion.disclosure_subject s
  WHERE s.disclosure = fail_transfer.disclosure;
  PERFORM sminion.record_act('transfer_failed', jsonb_build_object('disclosure', fail_transfer.disclosure, 'why', said), NULL);
END
$sminion$;
COMMENT ON FUNCTION sminion.fail_transfer(bigint, text) IS 'ends an export of which nothing is kept';
