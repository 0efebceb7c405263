-- Drops the months of the logs of statements and writes that lie wholly before `before`, the only way in which their rows
-- ever go, and records who did it and why. Returns how many months it dropped. Tickets that only these months referred to
-- go too (sminion.drop_tickets).
--
-- A partition goes under a lock on the whole log that suffers no reader or writer, and whoever waits for such a lock lets
-- all who come after wait behind him: one idle transaction would stop every writer. So nothing is waited for: all locks are
-- had at once or let go, again and again for ten seconds, and after that it fails and names who is in the way. The locks are
-- kept until the transaction ends: call it in one of its own.
CREATE FUNCTION sminion.drop_log(before date, reason text) RETURNS integer
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET lock_timeout = '1s'
AS $sminion$
DECLARE
  parents CONSTANT text[] := ARRAY[
    'statement_event', 'statement_result', 'statement_subject', 'log_fault', 'write_event', 'write_subject'];
  deadline CONSTANT timestamptz := clock_timestamp() + interval '10 seconds';
  doomed  text[] := '{}';
  month   date;
  counted bigint;
  writes  bigint;
  events  bigint;
  lowest  bigint;
  highest bigint;
  dropped integer := 0;
  why     text := sminion.require_reason(drop_log.reason);
BEGIN
  IF drop_log.before IS NULL OR drop_log.before > date_trunc('month', clock_timestamp())::date THEN
    RAISE EXCEPTION USING ERRCODE = 'SG606',
      MESSAGE = 'the log of this month, and of months to come, is kept',
      HINT = 'Pass the first day of a month that is to be kept, this one at the latest.';
  END IF;
  -- What is still in the journal belongs to its month.
  BEGIN
    PERFORM sminion.fold_all();
    -- What goes is a leaf before.
    PERFORM FROM sminion.tree_state FOR UPDATE;
    WHILE sminion.grow_tree() > 0 LOOP
      NULL;
    END LOOP;
  EXCEPTION WHEN lock_not_available THEN
    PERFORM sminion.refuse_locked_log('dropped');
  END;
  IF EXISTS (SELECT FROM sminion.journal j WHERE j.at < drop_log.before) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG511',
      MESSAGE = 'the log cannot be dropped now: rows of these months wait in the journal',
      DETAIL = format('They wait for %s.', sminion.transactions_named(sminion.running_transactions())),
      HINT = 'Call it again when these transactions have ended, or end them.';
  END IF;
  DELETE FROM sminion.busy_minute b WHERE b.minute < drop_log.before;
  -- as sminion.make_month
  BEGIN
    LOCK TABLE ONLY sminion.statement_event, ONLY sminion.statement_result, ONLY sminion.statement_subject,
      ONLY sminion.log_fault, ONLY sminion.write_event, ONLY sminion.write_subject IN SHARE UPDATE EXCLUSIVE MODE;
  EXCEPTION WHEN lock_not_available THEN
    PERFORM sminion.refuse_locked_log('dropped');
  END;
  FOR month IN
    SELECT to_date(right(c.relname, 7), 'YYYY_MM') FROM pg_inherits i
    JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'sminion.statement_event'::regclass
      AND to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= drop_log.before
    ORDER BY 1
  LOOP
    -- Counted before the lock: no row comes to a month that is over.
    EXECUTE format('SELECT count(*) FROM sminion.%I', 'statement_event' || to_char(month, '_YYYY_MM')) INTO counted;
    EXECUTE format('SELECT count(*) FROM sminion.%I', 'write_event' || to_char(month, '_YYYY_MM')) INTO writes;
    EXECUTE (SELECT format('SELECT count(*), min(number), max(number) FROM (%s) e', string_agg(
        format('SELECT number FROM sminion.%I', p || to_char(month, '_YYYY_MM')), ' UNION ALL '))
      FROM unnest(ARRAY['statement_event', 'statement_result', 'write_event', 'log_fault']) p) INTO events, lowest, highest;
    doomed := doomed || ARRAY(SELECT format('sminion.%I', p || to_char(month, '_YYYY_MM')) FROM unnest(parents) p);
    INSERT INTO sminion.dropped_log (reason, month, statements, writes, events, first_number, last_number)
    VALUES (why, month, counted, writes, events, lowest, highest);
    dropped := dropped + 1;
  END LOOP;
  -- Before the locks, since there may be millions.
  PERFORM sminion.drop_tickets(date_trunc('month', drop_log.before)::date, why);
  IF dropped = 0 THEN
    RETURN 0;
  END IF;

  LOOP
    BEGIN
      EXECUTE 'LOCK TABLE ONLY '
        || (SELECT string_agg('sminion.' || p, ', ONLY ') FROM unnest(parents) p) || ', ' || array_to_string(doomed, ', ')
        || ' IN ACCESS EXCLUSIVE MODE NOWAIT';
      EXIT;
    EXCEPTION WHEN lock_not_available THEN
      IF clock_timestamp() >= deadline THEN
        PERFORM sminion.refuse_locked_log('dropped');
      END IF;
    END;
    PERFORM pg_sleep(0.02);
  END LOOP;
  EXECUTE 'DROP TABLE ' || array_to_string(doomed, ', ');
  RETURN dropped;
END
$sminion$;
COMMENT ON FUNCTION sminion.drop_log(date, text) IS
  'removes whole months of the logs that end before the date; the removal is on record in dropped_log';
