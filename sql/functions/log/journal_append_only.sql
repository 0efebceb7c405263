-- Trigger of the journal: its rows are never changed, and only sminion.fold removes them, when it has moved them to the log.
CREATE FUNCTION sminion.journal_append_only() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  stack text;
  lines text[];
  words text;
BEGIN
  GET DIAGNOSTICS stack = PG_CONTEXT;
  lines := string_to_array(stack, E'\n');
  words := left(lines[1], position('sminion.journal_append_only()' IN lines[1]) - 1);
  IF TG_OP = 'DELETE' AND EXISTS (SELECT FROM unnest(lines) AS l (line) WHERE starts_with(l.line, words || 'sminion.fold(integer)'))
  THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'SG505',
    MESSAGE = format('`sminion.journal` is append-only: %s refused', lower(TG_OP)),
    HINT = 'Run `CALL sminion.maintain()`, which moves its rows to the log.';
END
$sminion$;
