-- Makes the partitions of the logs of statements and writes for this month and the next ones, in UTC; returns how many it
-- made. `settle` calls it when the next month is missing; where nobody settles, call it: without a partition nothing can be
-- recorded, and then nothing is released and nothing written (SG602).
--
-- Each is made apart and attached, which blocks neither writers nor readers of the log; there is no default partition,
-- whose rows every ATTACH would have to read.
CREATE FUNCTION sminion.extend_log(months integer DEFAULT 3) RETURNS integer
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $sminion$
DECLARE
  parent text;
  month  timestamptz;
  part   text;
  made   integer := 0;
BEGIN
  -- Two at once would make the same partition. A table's lock and no advisory one, which any client could take and keep:
  -- then no new month would be made, and at its beginning everybody would be refused.
  LOCK TABLE sminion.statement_event IN SHARE UPDATE EXCLUSIVE MODE;
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
