-- Writes a batch of the log of statements: what a login was about to do, and what came of it. All of the batch or nothing.
--
-- writer:  of sminion.open_log, this login's.
-- first:   the place of the first entry. A batch sent again, because the answer was lost, is written once; one that
--          leaves out a place is refused.
-- entries: objects. A statement: ticket, shape, and, where it is known, what came of it; a result: of (the place of its
--          statement) and what came of it: outcome, codes, rows, microseconds, bulk, subjects.
--
-- Returns the place of the last entry that is on record. The time of a row is the server's: nobody can date it back.
-- Whoever waits for a result waits for this, so each entry is read once, and what is wrong is looked for only when fewer
-- rows came out than went in.
CREATE FUNCTION sminion.log_statements(writer bigint, first bigint, entries jsonb) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  moment   timestamptz := clock_timestamp();
  many     integer := CASE WHEN jsonb_typeof(entries) = 'array' THEN jsonb_array_length(entries) ELSE 0 END;
  last     bigint := first + many - 1;
  written  bigint;
  away     boolean;
  recorded bigint;
  counted  bigint;
BEGIN
  IF many = 0 OR first IS NULL OR first < 1 THEN
    PERFORM sminion.refuse_log(writer, first, entries);
  END IF;
  UPDATE sminion.log_writer w SET place = last
  WHERE w.id = log_statements.writer AND w.login = session_user AND w.place = first - 1
  RETURNING w.place, w.home IS NOT NULL INTO written, away;
  IF written IS NULL THEN
    SELECT w.place INTO written FROM sminion.log_writer w
    WHERE w.id = log_statements.writer AND w.login = session_user AND w.place >= last;
    IF written IS NULL THEN
      PERFORM sminion.refuse_log(writer, first, entries);
    END IF;
    RETURN written;
  END IF;
  IF to_regclass('sminion.statement_subject' || to_char(moment AT TIME ZONE 'UTC', '_YYYY_MM')) IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG602',
      MESSAGE = format('the log of statements has no partition for %s', to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM')),
      HINT = 'Run `SELECT sminion.extend_log()`, and schedule it with `settle`.';
  END IF;
  -- A log that a crash could lose is none: a login that commits without waiting for the disk waits here.
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;

  -- A ticket that somebody else opened, or that can still be rolled back, is no reason of this login. The tickets of a
  -- login whose home is another database (see sminion.keep_log_of) are not here to be looked at.
  INSERT INTO sminion.statement_event (
    at, writer, place, ticket, shape, refused, outcome, codes, rows, microseconds, bulk)
  SELECT moment, log_statements.writer, first + e.n - 1, e.ticket, h.id,
         h.verdict = 'refused' OR e.outcome IS NOT DISTINCT FROM 'refused',
         e.outcome, CASE WHEN e.codes = '{}' THEN e.codes ELSE sminion.log_texts(e.codes, 50) END,
         e.rows, e.microseconds, e.bulk
  FROM ROWS FROM (jsonb_to_recordset(entries) AS (
      ticket bigint, shape bigint, of bigint, outcome text, codes text[], rows bigint, microseconds bigint, bulk bigint))
    WITH ORDINALITY AS e (ticket, shape, of, outcome, codes, rows, microseconds, bulk, n)
  LEFT JOIN sminion.ticket k
    ON NOT away AND k.id = e.ticket AND k.login = session_user AND pg_xact_status(k.writer) = 'committed'
  JOIN sminion.statement_shape h ON h.id = e.shape
  WHERE e.of IS NULL AND (away OR k.id IS NOT NULL);
  GET DIAGNOSTICS recorded = ROW_COUNT;

  IF recorded < many THEN
    INSERT INTO sminion.statement_result (at, writer, statement, outcome, codes, rows, microseconds, bulk)
    SELECT moment, log_statements.writer, e.of, e.outcome,
           CASE WHEN e.codes = '{}' THEN e.codes ELSE sminion.log_texts(e.codes, 50) END,
           e.rows, e.microseconds, e.bulk
    FROM ROWS FROM (jsonb_to_recordset(entries) AS (
        of bigint, outcome text, codes text[], rows bigint, microseconds bigint, bulk bigint))
      WITH ORDINALITY AS e (of, outcome, codes, rows, microseconds, bulk, n)
    WHERE e.of BETWEEN 1 AND first + e.n - 2;
    GET DIAGNOSTICS counted = ROW_COUNT;
    IF recorded + counted < many THEN
      PERFORM sminion.refuse_log(writer, first, entries);
    END IF;
  END IF;

  IF jsonb_path_exists(entries, '$[*].subjects[0]') THEN
    INSERT INTO sminion.statement_subject (at, writer, statement, subject)
    -- Numbers and uuids, which most keys are, are safe as they stand.
    SELECT moment, log_statements.writer, coalesce((e.value ->> 'of')::bigint, first + e.n - 1),
           CASE WHEN length(s.subject) <= 36 AND ltrim(s.subject, '-0123456789abcdef') = '' THEN s.subject
             ELSE sminion.log_text(s.subject, 400) END
    FROM jsonb_array_elements(entries) WITH ORDINALITY AS e (value, n),
      LATERAL jsonb_array_elements_text(e.value -> 'subjects') AS s (subject);
  END IF;
  RETURN last;
EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
  RAISE EXCEPTION USING ERRCODE = 'SG605',
    MESSAGE = 'an entry of the log is malformed',
    DETAIL = SQLERRM,
    HINT = 'See sql/functions/log_statements.sql.';
END
$sminion$;
