-- Writes a batch of the log of statements: what a login was about to do, and what came of it. All of the batch or nothing.
--
-- writer:  of sminion.open_log, this login's.
-- first:   the place of the first entry. A batch sent again, because the answer was lost, is written once; one that
--          leaves out a place is refused.
-- entries: objects. A statement: ticket, verdict, codes, operations, relations, columns, fingerprint, statement. A
--          result: of (the place of the statement), outcome, codes, rows, microseconds, bulk, subjects.
--
-- Returns the place of the last entry that is on record. The time of a row is the server's: nobody can date it back.
CREATE FUNCTION sminion.log_statements(writer bigint, first bigint, entries jsonb) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  written bigint;
  last    bigint;
  moment  timestamptz := clock_timestamp();
  wrong   text;
BEGIN
  SELECT w.place INTO written FROM sminion.log_writer w
  WHERE w.id = log_statements.writer AND w.login = session_user FOR UPDATE;
  IF NOT FOUND OR first IS NULL OR first < 1 OR first > written + 1 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG604',
      MESSAGE = CASE WHEN written IS NULL THEN format('login `%s` has no log writer %s', session_user, writer)
        ELSE format('log writer %s is at place %s, the batch begins at %s', writer, written, first) END,
      HINT = 'Open a log of your own with `sminion.open_log`, and send its batches in order.';
  END IF;
  IF jsonb_typeof(entries) IS DISTINCT FROM 'array' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG605', MESSAGE = 'a batch of the log is an array of entries',
      HINT = 'See sql/functions/log_statements.sql.';
  END IF;
  last := first + jsonb_array_length(entries) - 1;
  IF to_regclass('sminion.statement_subject' || to_char(moment AT TIME ZONE 'UTC', '_YYYY_MM')) IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG602',
      MESSAGE = format('the log of statements has no partition for %s', to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM')),
      HINT = 'Run `SELECT sminion.extend_log()`, and schedule it with `settle`.';
  END IF;

  -- A ticket that somebody else opened, or that can still be rolled back, is no reason of this login.
  SELECT e.value ->> 'ticket' INTO wrong
  FROM jsonb_array_elements(entries) AS e (value)
  WHERE NOT e.value ? 'of' AND NOT EXISTS (
    SELECT FROM sminion.ticket k
    WHERE k.id = (e.value ->> 'ticket')::bigint AND k.login = session_user AND pg_xact_status(k.writer) = 'committed')
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG603',
      MESSAGE = format('ticket %s is not a committed one of login `%s`', coalesce(wrong, 'NULL'), session_user),
      HINT = 'Record what was done under a ticket with the login that opened it.';
  END IF;

  SELECT e.value ->> 'of' INTO wrong
  FROM jsonb_array_elements(entries) WITH ORDINALITY AS e (value, n)
  WHERE e.value ? 'of' AND ((e.value ->> 'of')::bigint BETWEEN 1 AND first + e.n - 2) IS NOT TRUE
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG605',
      MESSAGE = format('a result is of an earlier statement, not of %s', coalesce(wrong, 'NULL')),
      HINT = 'Pass the place of its statement as `of`.';
  END IF;

  -- A log that a crash could lose is none: a login that commits without waiting for the disk waits here.
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  INSERT INTO sminion.statement_event (
    at, writer, place, ticket, verdict, codes, operations, relations, columns, fingerprint, statement)
  SELECT moment, log_statements.writer, first + e.n - 1, s.ticket, s.verdict, sminion.log_texts(s.codes, 50), s.operations,
         sminion.log_texts(s.relations, 200), sminion.log_texts(s.columns, 1000), sminion.log_text(s.fingerprint, 200),
         sminion.log_text(s.statement, 8000)
  FROM jsonb_array_elements(entries) WITH ORDINALITY AS e (value, n),
    LATERAL jsonb_to_record(e.value) AS s (
      ticket bigint, verdict text, codes text[], operations text[], relations text[], columns text[], fingerprint text,
      statement text)
  WHERE NOT e.value ? 'of' AND first + e.n - 1 > written;

  INSERT INTO sminion.statement_result (at, writer, statement, outcome, codes, rows, microseconds, bulk)
  SELECT moment, log_statements.writer, r.of, r.outcome, sminion.log_texts(r.codes, 50), r.rows, r.microseconds, r.bulk
  FROM jsonb_array_elements(entries) WITH ORDINALITY AS e (value, n),
    LATERAL jsonb_to_record(e.value) AS r (
      of bigint, outcome text, codes text[], rows bigint, microseconds bigint, bulk bigint)
  WHERE e.value ? 'of' AND first + e.n - 1 > written;

  INSERT INTO sminion.statement_subject (at, writer, statement, subject)
  SELECT moment, log_statements.writer, (e.value ->> 'of')::bigint, sminion.log_text(s.subject, 400)
  FROM jsonb_array_elements(entries) WITH ORDINALITY AS e (value, n),
    LATERAL jsonb_array_elements_text(e.value -> 'subjects') AS s (subject)
  WHERE e.value ? 'of' AND first + e.n - 1 > written;

  IF last > written THEN
    UPDATE sminion.log_writer w SET place = last WHERE w.id = log_statements.writer;
  END IF;
  RETURN greatest(last, written);
EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
  RAISE EXCEPTION USING ERRCODE = 'SG605',
    MESSAGE = 'an entry of the log is malformed',
    DETAIL = SQLERRM,
    HINT = 'See sql/functions/log_statements.sql.';
END
$sminion$;
