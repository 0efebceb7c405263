-- Writes a batch of the log of statements: what a login was about to do, and what came of it. All of the batch or nothing.
--
-- writer, secret: of sminion.open_log. With a wrong secret nothing is touched and nothing locked: another session of the
--          same login, which may know the number, cannot move the writer on, nor hold its row in an open transaction.
-- first:   the place of the first entry. A batch sent again, because the answer was lost, is written once: the last one,
--          with the same entries at the same place. Other entries at places that are taken are refused (SG608), and so
--          is a batch that leaves out a place (SG604).
-- entries: objects. A statement: ticket, shape, and, where it is known, what came of it; a result: of (the place of its
--          statement) and what came of it: outcome, codes, rows, microseconds, bulk, subjects.
--
-- Returns the place of the last entry of the batch, which is on record then. The time of a row is the server's: nobody can date it back.
-- Whoever waits for a result waits for this, so each entry is read once, and what is wrong is looked for only when fewer
-- rows came out than went in.
CREATE FUNCTION sminion.log_statements(writer bigint, secret text, first bigint, entries jsonb) RETURNS bigint
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
  own      bytea := sha256(convert_to(secret, 'UTF8'));
  digest   bytea := sha256(convert_to(entries::text, 'UTF8'));
  written  bigint;
  same     boolean;
  away     boolean;
  recorded bigint;
  counted  bigint;
BEGIN
  IF many = 0 OR first IS NULL OR first < 1 THEN
    PERFORM sminion.refuse_log(writer, secret, first, entries);
  END IF;
  -- All conditions are tested before the row is locked, and only a row that meets them is.
  UPDATE sminion.log_writer w SET place = last, batch_first = log_statements.first, batch_digest = digest
  WHERE w.id = log_statements.writer AND w.login = session_user AND w.secret_hash = own AND w.place = first - 1
  RETURNING w.place, w.home IS NOT NULL INTO written, away;
  IF written IS NULL THEN
    SELECT w.place, w.place = last AND w.batch_first = log_statements.first AND w.batch_digest = digest INTO written, same
    FROM sminion.log_writer w
    WHERE w.id = log_statements.writer AND w.login = session_user AND w.secret_hash = own;
    IF same THEN
      RETURN last;
    ELSIF written >= first THEN
      RAISE EXCEPTION USING ERRCODE = 'SG608',
        MESSAGE = format('log writer %s is at place %s, and what it wrote from place %s on is not this batch',
          writer, written, first),
        DETAIL = 'Two processes write with one secret, or a batch was changed before it was sent again.',
        HINT = 'Open a log of your own with `sminion.open_log` in each process, and keep its secret there.';
    END IF;
    PERFORM sminion.refuse_log(writer, secret, first, entries);
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
    ON NOT away AND k.id = e.ticket AND k.login = session_user AND k.writer IS DISTINCT FROM pg_current_xact_id_if_assigned()
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
      PERFORM sminion.refuse_log(writer, secret, first, entries);
    END IF;
  END IF;

  IF jsonb_path_exists(entries, '$[*].subjects[0]') THEN
    INSERT INTO sminion.statement_subject (at, writer, statement, subject)
    -- Numbers and uuids, which most keys are, are safe as they stand, also after a kind.
    SELECT moment, log_statements.writer, coalesce((e.value ->> 'of')::bigint, first + e.n - 1),
           CASE WHEN length(s.subject) <= 77 AND ltrim(s.subject, '-0123456789abcdefghijklmnopqrstuvwxyz_:') = '' THEN s.subject
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
COMMENT ON FUNCTION sminion.log_statements(bigint, text, bigint, jsonb) IS
  'records what a session did; called by the guarded session';
