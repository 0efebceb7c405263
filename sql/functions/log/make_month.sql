-- Makes the partitions of the logs of statements and writes for a month, in UTC; returns how many it made.
--
-- Each is made apart and attached, which blocks neither writers nor readers of the log; there is no default partition,
-- whose rows every ATTACH would have to read. Others who make or drop months are waited for, as long as lock_timeout says.
--
-- Months have the indexes, and the whole log has none: ATTACH would make each of those for the month. In a dump of a database
-- that has the guard as an extension, the whole log comes from the extension, and a month with its indexes from the dump: there
-- they would be made twice.
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
  whole   text;
  part    text;
  indexed text;
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
  FOREACH whole IN ARRAY parents LOOP
    part := whole || to_char(month, '_YYYY_MM');
    CONTINUE WHEN to_regclass('sminion.' || part) IS NOT NULL;
    EXECUTE format('CREATE TABLE sminion.%I (LIKE sminion.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part, whole);
    FOR indexed IN
      SELECT i.definition FROM (VALUES
        -- In the order of time, so that the newest rows are found without a sort.
        ('statement_event', '(at)'), ('statement_event', '(writer, place)'), ('statement_event', '(ticket)'),
        ('statement_event', '(at) WHERE refused'),
        ('statement_result', 'USING brin (at)'), ('statement_result', '(writer, statement)'),
        ('statement_result', '(at) WHERE outcome = ''refused'''),
        ('statement_subject', 'USING brin (at)'), ('statement_subject', '(subject, at)'),
        ('log_fault', '(at)'),
        -- Grows at its right end, as an index of random numbers would not; subjects are joined by both.
        ('write_event', '(at)'), ('write_event', '(ticket) WHERE ticket IS NOT NULL'),
        ('write_subject', 'USING brin (at)'), ('write_subject', '(subject, at)')
      ) AS i (parent, definition) WHERE i.parent = whole
    LOOP
      EXECUTE format('CREATE INDEX ON sminion.%I %s', part, indexed);
    END LOOP;
    -- For reading in the order of numbers, which is the order in which rows are written: a range of pages has a range of numbers.
    EXECUTE format('CREATE INDEX ON sminion.%I USING brin (number) WITH (pages_per_range = 32, autosummarize = on)', part);
    EXECUTE format(
      'CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON sminion.%I '
      || 'FOR EACH STATEMENT EXECUTE FUNCTION sminion.append_only()', part);
    EXECUTE format(
      'ALTER TABLE sminion.%I ATTACH PARTITION sminion.%I FOR VALUES FROM (%L) TO (%L)',
      whole, part, month, month + interval '1 month');
    PERFORM sminion.let_dump(to_regclass('sminion.' || part));
    made := made + 1;
  END LOOP;
  RETURN made;
END
$sminion$;
