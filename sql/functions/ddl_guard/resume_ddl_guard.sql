-- Ends a suspension of the DDL guard before its time.
CREATE FUNCTION sminion.resume_ddl_guard(reason text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  INSERT INTO sminion.ddl_suspension (reason) VALUES (sminion.require_reason(resume_ddl_guard.reason));
  COMMENT ON TABLE sminion.ddl_suspension IS 'the DDL guard is not suspended';
END
$sminion$;
COMMENT ON FUNCTION sminion.resume_ddl_guard(text) IS 'ends a suspension of the DDL guard';
