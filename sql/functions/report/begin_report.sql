-- Puts on record that all data of a subject are about to be read, for the person who asked for them. Commit, then read
-- with sminion.report_tables and sminion.report_rows, which take the number that this returns. They open nothing but the data of
-- this one person, under all keys that are merged by now, and only to the login that called this, for an hour.
--
-- request: the number of the request that it answers: of kind `access`, open, of this person, whose identity was checked.
CREATE FUNCTION sminion.begin_report(
  subject text, reason text, request bigint DEFAULT NULL, kind text DEFAULT NULL
) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  why    text := sminion.require_reason(begin_report.reason);
  key    text := sminion.subject_key(begin_report.subject, begin_report.kind);
  row_of sminion.request;
  act    bigint;
  others text[];
BEGIN
  IF (SELECT p.completed_at IS NULL FROM sminion.policy p) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG548',
      MESSAGE = 'a change of the policy is not finished, and a report would be incomplete',
      HINT = 'Wait until `sminion-guard apply` has ended; where it was interrupted, run it again.';
  END IF;
  IF begin_report.request IS NOT NULL THEN
    row_of := sminion.open_request_row(begin_report.request);
    IF row_of.kind <> 'access' OR (row_of.subject = ANY (sminion.same_person(key))) IS NOT TRUE THEN
      RAISE EXCEPTION USING ERRCODE = 'SG522',
        MESSAGE = format('request %s does not ask for the data of this person', begin_report.request),
        HINT = 'Pass the number of a request `access` of the same person.';
    ELSIF NOT row_of.identified THEN
      RAISE EXCEPTION USING ERRCODE = 'SG525',
        MESSAGE = format('request %s cannot be answered: nobody has checked who asks', begin_report.request),
        HINT = format('Check the identity, and record how: `sminion.identify_request(%s, ...)`.', begin_report.request);
    END IF;
  END IF;
  -- A commit that a crash takes back would leave rows released and nothing on record.
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  others := sminion.other_keys(key);
  act := sminion.record_act('report', jsonb_strip_nulls(jsonb_build_object(
    'request', begin_report.request, 'keys', 1 + cardinality(others))), why);
  INSERT INTO sminion.report (act, subject, other_keys, request, epoch)
  SELECT act, key, others, begin_report.request, p.epoch FROM sminion.policy p;
  RETURN act;
END
$sminion$;
COMMENT ON FUNCTION sminion.begin_report(text, text, bigint, text) IS
  'records that all data of a subject are about to be read; the number of the report';
