-- Touches stale rows of the given subjects in one table, at most `row_limit`, so that their trigger computes their masks.
-- Rows that somebody has locked are passed over. `cause` is the first error that kept a row from being touched.
--
-- A row may refuse: by a trigger or a constraint of the application, or because it names a second subject whose state
-- somebody has locked. Then the statement is given up and repeated for each half of the subjects, down to those that it
-- cannot be done for. Deferred constraints are asked at once, or one would undo all at the commit.
--
-- The mask is set to NULL, or to 0 where it is that: a change, so that a trigger which skips updates that change nothing
-- lets it pass; and one that hides the row, should the guard's own trigger not compute the right one.
CREATE FUNCTION sminion.touch_rows(
  target sminion.protected_table, subjects text[], row_limit bigint, OUT touched bigint, OUT cause text
)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  half   integer := cardinality(subjects) / 2;
  part   record;
  before text;
BEGIN
  touched := 0;
  IF row_limit <= 0 OR cardinality(subjects) = 0 THEN
    RETURN;
  END IF;
  BEGIN
    before := sminion.begin_replica_role();
    -- tableoid beside ctid: in a partitioned table each partition counts its blocks from 0.
    EXECUTE format(
      'WITH todo AS (SELECT t.tableoid, t.ctid FROM %1$I.%2$I AS t WHERE %3$s AND (%4$s) '
      || 'LIMIT $2 FOR NO KEY UPDATE OF t SKIP LOCKED) '
      || 'UPDATE %1$I.%2$I AS t SET guard_mask = CASE WHEN t.guard_mask IS NULL THEN 0 END FROM todo '
      || 'WHERE t.ctid = todo.ctid AND t.tableoid = todo.tableoid',
      target.schema_name, target.table_name, sminion.subject_rows(target), sminion.stale_rows(target))
    USING subjects, row_limit;
    GET DIAGNOSTICS touched = ROW_COUNT;
    PERFORM sminion.end_replica_role(before);
    PERFORM sminion.ask_checks(target);
    RETURN;
  EXCEPTION WHEN OTHERS THEN
    touched := 0;
    IF half = 0 THEN
      cause := CASE SQLSTATE WHEN '55P03' THEN 'locked: a state or row that it needs'
                 ELSE format('%s (%s)', SQLERRM, SQLSTATE) END;
      RETURN;
    END IF;
  END;
  part := sminion.touch_rows(target, subjects[:half], row_limit);
  touched := part.touched;
  cause := part.cause;
  part := sminion.touch_rows(target, subjects[half + 1:], row_limit - touched);
  touched := touched + part.touched;
  cause := coalesce(cause, part.cause);
END
$sminion$;
