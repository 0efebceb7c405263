-- Suspends the DDL guard in this database until a time at most a day away, for work that the policy does not know: the
-- suspension is on record in `ddl_suspension`. It begins when this transaction has committed. In the same one it opens nothing:
-- a rollback would leave no trace of it. Returns until when.
CREATE FUNCTION sminion.suspend_ddl_guard(reason text, until timestamptz) RETURNS timestamptz
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET datestyle = 'ISO'
AS $sminion$
DECLARE
  why text := sminion.require_reason(suspend_ddl_guard.reason);
BEGIN
  IF suspend_ddl_guard.until IS NULL OR suspend_ddl_guard.until <= clock_timestamp()
     OR suspend_ddl_guard.until > clock_timestamp() + interval '24 hours' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG479',
      MESSAGE = 'the DDL guard can be suspended for a day at most',
      DETAIL = format('Asked for: until %s.', coalesce(suspend_ddl_guard.until::text, 'NULL')),
      HINT = 'Pass a time in the future, such as now() + interval ''1 hour''.';
  END IF;
  INSERT INTO sminion.ddl_suspension (reason, until) VALUES (why, suspend_ddl_guard.until);
  EXECUTE format('COMMENT ON TABLE sminion.ddl_suspension IS %L', format('suspended until %s in transaction %s',
    replace(suspend_ddl_guard.until::text, ' ', 'T'), pg_current_xact_id()));
  RETURN suspend_ddl_guard.until;
END
$sminion$;
COMMENT ON FUNCTION sminion.suspend_ddl_guard(text, timestamptz) IS
  'from the next transaction on, and until a time at most a day away, DDL may weaken what protects the tables';
