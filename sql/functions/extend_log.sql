-- Makes the partitions of the logs of statements and writes for this month and the next ones, in UTC; returns how many it
-- made. `settle` calls it when the next month is missing; where nobody settles, call it: without a partition nothing can be
-- recorded, and then nothing is released and nothing written (SG602).
--
-- Each is made apart and attached, which blocks neither writers nor readers of the log; there is no default partition,
-- whose rows every ATTACH would have to read. Others who extend or drop the log are waited for, a second at most.
CREATE FUNCTION sminion.extend_log(months integer DEFAULT 3) RETURNS integer
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET lock_timeout = '1s'
AS $sminion$
DECLARE
  parent text;
  month  timestamptz;
  part   text;
  made   integer := 0;
BEGIN
  -- Partitions stay until their months are over: a number that is too large by mistake would leave thousands of them.
  IF months > 24 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG612',
      MESSAGE = format('partitions of the log are made for 24 months ahead at most, not %s', months),
      HINT = 'Call `sminion.extend_log()` regularly; `settle` calls it too.';
  END IF;
  -- Two at once would make the same partition. A table's lock and no advisory one, which any client could take and keep:
  -- then no new month would be made, and at its beginning everybody would be refused.
  -- It conflicts with no reader or writer, so nobody queues behind it while it waits.
  BEGIN
    LOCK TABLE ONLY sminion.statement_event, ONLY sminion.statement_result, ONLY sminion.statement_subject,
      ONLY sminion.write_event, ONLY sminion.write_subject IN SHARE UPDATE EXCLUSIVE MODE;
  EXCEPTION WHEN lock_not_available THEN
    PERFORM sminion.refuse_locked_log('extended');
  END;
  FOR month IN
    SELECT date_trunc('month', clock_timestamp()) + make_interval(months => n) FROM generate_series(0, greatest(months, 0)) AS g (n)
  LOOP
    FOREACH parent IN ARRAY ARRAY[
      'statement_event', 'statement_result', 'statement_subject', 'write_event', 'write_subject'
    ] LOOP
      part := parent || to_char(month, '_YYYY_MM');
      CONTINUE WHEN to_regclass('sminion.' || part) IS NOT NULL;
      EXECUTE format('CREATE TABLE sminion.%I (LIKE sminion.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part, parent);
      EXECUTE format(
        'CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.%I '
        || 'FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only()', part);
      EXECUTE format(
        'ALTER TABLE sminion.%I ATTACH PARTITION sminion.%I FOR VALUES FROM (%L) TO (%L)',
        parent, part, month, month + interval '1 month');
      made := made + 1;
    END LOOP;
  END LOOP;
  RETURN made;
END
$sminion$;
-- The log begins with the month of the installation.
SELECT sminion.extend_log();
COMMENT ON FUNCTION sminion.extend_log(integer) IS 'creates the partitions of the coming months; returns how many it created';
