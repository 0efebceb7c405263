-- Drops the months of the logs of statements and writes that lie wholly before `before`, the only way in which their rows
-- ever go, and records who did it and why. Returns how many months it dropped. Tickets stay.
CREATE FUNCTION sminion.drop_log(before date, reason text) RETURNS integer
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $sminion$
DECLARE
  month   date;
  parent  text;
  counted bigint;
  writes  bigint;
  dropped integer := 0;
BEGIN
  PERFORM sminion.require_reason(drop_log.reason);
  IF drop_log.before IS NULL OR drop_log.before > date_trunc('month', clock_timestamp())::date THEN
    RAISE EXCEPTION USING ERRCODE = 'SG606',
      MESSAGE = 'the log of this month, and of months to come, is kept',
      HINT = 'Pass the first day of a month that is to be kept, this one at the latest.';
  END IF;
  -- as sminion.extend_log
  LOCK TABLE sminion.statement_event IN SHARE UPDATE EXCLUSIVE MODE;
  FOR month IN
    SELECT to_date(right(c.relname, 7), 'YYYY_MM') FROM pg_inherits i
    JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'sminion.statement_event'::regclass
      AND to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= drop_log.before
    ORDER BY 1
  LOOP
    EXECUTE format('SELECT count(*) FROM sminion.%I', 'statement_event' || to_char(month, '_YYYY_MM')) INTO counted;
    EXECUTE format('SELECT count(*) FROM sminion.%I', 'write_event' || to_char(month, '_YYYY_MM')) INTO writes;
    FOREACH parent IN ARRAY ARRAY[
      'statement_event', 'statement_result', 'statement_subject', 'write_event', 'write_subject'
    ] LOOP
      EXECUTE format('DROP TABLE sminion.%I', parent || to_char(month, '_YYYY_MM'));
    END LOOP;
    INSERT INTO sminion.dropped_log (reason, month, statements, writes)
    VALUES (btrim(drop_log.reason), month, counted, writes);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END
$sminion$;
