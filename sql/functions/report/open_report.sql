-- The report that this session may read now. It refuses in one way, whatever is wrong: a number of somebody else's report tells
-- nothing, not even whether there is one.
CREATE FUNCTION sminion.open_report(report bigint) RETURNS sminion.report
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  found sminion.report;
BEGIN
  SELECT r.* INTO found FROM sminion.report r JOIN sminion.policy p ON p.epoch = r.epoch
  WHERE r.act = open_report.report AND r.login = session_user AND r.subject IS NOT NULL
    AND r.at > clock_timestamp() - interval '1 hour'
    -- What is visible was committed by another transaction, or written by this one: here a rollback would leave no trace.
    AND r.transaction IS DISTINCT FROM pg_current_xact_id_if_assigned();
  IF found.act IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG529',
      MESSAGE = format('report %s is not open to this session', coalesce(open_report.report::text, 'NULL')),
      DETAIL = 'A report is read by the login that began it, within an hour, in a later transaction, and under the same policy.',
      HINT = 'Begin one with `sminion.begin_report`, and commit.';
  END IF;
  RETURN found;
END
$sminion$;
