-- Makes the partitions of the logs of statements and writes for a month, in UTC; returns how many it made.
--
-- Each is made apart and attached, which blocks neither writers nor readers of the log; there is no default partition,
-- whose rows every ATTACH would have to read. Others who make or drop months are waited for, as long as lock_timeout says.
CREATE FUNCTION sminion.make_month(moment timestamptz) RETURNS integer
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $sminion$
DECLARE
  parents CONSTANT text[] := ARRAY[
    'statement_event', 'statement_result', 'statement_subject', 'log_fault', 'write_event', 'write_subject'];
  month   CONSTANT timestamptz := date_trunc('month', moment);
  parent  text;
  part    text;
  made    integer := 0;
BEGIN
  IF NOT EXISTS (SELECT FROM unnest(parents) AS p (name) WHERE to_regclass('sminion.' || p.name || to_char(month, '_YYYY_MM')) IS NULL) THEN
    RETURN 0;
  END IF;
  -- Two at once would make the same partition. A table's lock and no advisory one, which any client could take and keep.
  -- It conflicts with no reader or writer, so nobody queues behind it while it waits.
  BEGIN
    LOCK TABLE ONLY sminion.statement_event, ONLY sminion.statement_result, ONLY sminion.statement_subject,
      ONLY sminion.log_fault, ONLY sminion.write_event, ONLY sminion.write_subject IN SHARE UPDATE EXCLUSIVE MODE;
  EXCEPTION WHEN lock_not_available THEN
    PERFORM sminion.refuse_locked_log('extended');
  END;
  FOREACH parent IN ARRAY parents LOOP
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
  RETURN made;
END
$sminion$;
