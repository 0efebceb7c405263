-- Says that this database was restored: no ticket is opened any more until sminion.accept_restore. For whoever remembers outside of
-- the database how long its log was, such as `sminion-guard audit seal`, and for who has just restored it. False where it was said
-- before.
CREATE FUNCTION sminion.report_restore(reason text) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  why CONSTANT text := sminion.require_reason(report_restore.reason);
BEGIN
  UPDATE sminion.instance i SET closed_at = clock_timestamp(), closed_by = session_user, closed_why = why WHERE i.closed_at IS NULL;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM sminion.record_act('report_restore', '{}', why);
  RETURN true;
END
$sminion$;
COMMENT ON FUNCTION sminion.report_restore(text) IS 'says that the database was restored: no ticket is opened until that is accepted';
