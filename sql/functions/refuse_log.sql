-- Says what is wrong with a batch of the log. Apart from sminion.log_statements, which decides on the hot path that something
-- is.
CREATE FUNCTION sminion.refuse_log(writer bigint, secret text, first bigint, entries jsonb) RETURNS void
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  own   bytea := sha256(convert_to(secret, 'UTF8'));
  place bigint := (
    SELECT w.place FROM sminion.log_writer w
    WHERE w.id = refuse_log.writer AND w.login = session_user AND w.secret_hash = own);
  wrong text;
BEGIN
  IF jsonb_typeof(entries) IS DISTINCT FROM 'array' OR jsonb_array_length(entries) = 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG605', MESSAGE = 'a batch of the log is an array of entries',
      HINT = 'See sql/functions/log_statements.sql.';
  END IF;
  SELECT coalesce(e.value ->> 'ticket', 'NULL') INTO wrong
  FROM jsonb_array_elements(entries) AS e (value)
  WHERE NOT e.value ? 'of' AND NOT EXISTS (
    SELECT FROM sminion.ticket k
    WHERE k.id = (e.value ->> 'ticket')::bigint AND k.login = session_user AND k.writer IS DISTINCT FROM pg_current_xact_id_if_assigned())
    AND NOT EXISTS (
      SELECT FROM sminion.log_writer w
      WHERE w.id = refuse_log.writer AND w.login = session_user AND w.secret_hash = own AND w.home IS NOT NULL)
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG603',
      MESSAGE = format('ticket %s is not a committed one of login `%s`', wrong, session_user),
      HINT = 'Record what was done under a ticket with the login that opened it.';
  END IF;
  SELECT coalesce(e.value ->> 'shape', 'NULL') INTO wrong
  FROM jsonb_array_elements(entries) AS e (value)
  WHERE NOT e.value ? 'of' AND NOT EXISTS (
    SELECT FROM sminion.statement_shape h WHERE h.id = (e.value ->> 'shape')::bigint)
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG605',
      MESSAGE = format('no statement has shape %s', wrong),
      HINT = 'Record the shape with `sminion.log_shape` first.';
  END IF;
  SELECT coalesce(e.value ->> 'of', 'NULL') INTO wrong
  FROM jsonb_array_elements(entries) WITH ORDINALITY AS e (value, n)
  WHERE e.value ? 'of' AND ((e.value ->> 'of')::bigint BETWEEN 1 AND first + e.n - 2) IS NOT TRUE
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG605',
      MESSAGE = format('a result is of an earlier statement, not of %s', wrong),
      HINT = 'Pass the place of its statement as `of`.';
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'SG604',
    MESSAGE = CASE
      WHEN place IS NULL THEN format('login `%s` has no log writer %s with this secret', session_user, writer)
      ELSE format('log writer %s is at place %s, the batch begins at %s', writer, place, first) END,
    HINT = 'Open a log of your own with `sminion.open_log`, and send its batches in order.';
END
$sminion$;
