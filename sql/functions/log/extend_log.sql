-- Makes the partitions of the logs of statements and writes for this month and the next ones, in UTC; returns how many it
-- made. `maintain` and `settle` call it when the next month is missing.
CREATE FUNCTION sminion.extend_log(months integer DEFAULT 3) RETURNS integer
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET lock_timeout = '1s'
AS $sminion$
DECLARE
  made integer := 0;
BEGIN
  -- Partitions stay until their months are over: a number that is too large by mistake would leave thousands of them.
  IF months > 24 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG612',
      MESSAGE = format('partitions of the log are made for 24 months ahead at most, not %s', months),
      HINT = 'Call `sminion.extend_log()` regularly; `maintain` and `settle` call it too.';
  END IF;
  FOR n IN 0 .. greatest(months, 0) LOOP
    made := made + sminion.make_month(date_trunc('month', clock_timestamp()) + make_interval(months => n));
  END LOOP;
  RETURN made;
END
$sminion$;
COMMENT ON FUNCTION sminion.extend_log(integer) IS 'creates the partitions of the coming months; returns how many it created';
