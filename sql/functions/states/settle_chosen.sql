-- Moves the given subjects, whose states the caller holds locked, into the masks of their rows: at most `row_limit` rows,
-- table by table, parents before their children. A subject leaves `withheld` and the queue when it is certain that none of
-- its rows is stale; of the others the queue says what is in the way.
--
-- queued:    entries of the queue that the caller holds locked: all of these subjects.
-- orphans:   also look for children whose parent came after them. Without, all rows of the subjects are within `row_limit`.
-- concerned: the only tables that have rows of the subjects, where sminion.seen_whole was true for each table; else NULL.
CREATE FUNCTION sminion.settle_chosen(
  chosen text[], queued bigint[], row_limit bigint, orphans boolean, concerned regclass[] DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  -- What is withheld for a change that is still pending stays so, whatever the rows say.
  withholds CONSTANT bigint[] := ARRAY(
    SELECT w.change FROM sminion.withheld w
    WHERE w.subject = ANY (chosen) AND NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.id = w.change));
  -- Before the rows are looked at: who commits after that may write what is not seen.
  young     CONSTANT text[] := ARRAY(SELECT y.subject FROM sminion.young_state y WHERE y.subject = ANY (chosen));
  still     text[] := '{}';
  target    sminion.protected_table;
  remaining bigint := row_limit;
  done      record;
BEGIN
  UPDATE sminion.unsettled u SET stuck_in = NULL, stale_rows = NULL, cause = NULL
  WHERE u.id = ANY (queued) AND u.cause IS NOT NULL;
  FOR target IN SELECT p.* FROM sminion.protected_table p ORDER BY p.depth, p.schema_name, p.table_name LOOP
    IF remaining <= 0 THEN
      -- nothing is known of the tables that were not reached
      still := chosen;
      EXIT;
    END IF;
    IF orphans AND target.depth > 0 THEN
      remaining := remaining - sminion.adopt_orphans(target, remaining);
    END IF;
    CONTINUE WHEN chosen = '{}' OR to_regclass(format('%I.%I', target.schema_name, target.table_name)) <> ALL (concerned);
    done := sminion.settle_table(target, chosen, remaining, NOT orphans, concerned IS NOT NULL);
    remaining := remaining - done.changed;
    still := still || done.still;
    UPDATE sminion.unsettled u
    SET stuck_in = format('%s.%s', target.schema_name, target.table_name), cause = done.cause,
        stale_rows = done.rows[array_position(done.still, u.subject)]
    WHERE u.id = ANY (queued) AND u.subject = ANY (done.still) AND u.cause IS NULL AND done.cause IS NOT NULL;
  END LOOP;

  still := still || young;
  UPDATE sminion.unsettled u
  SET cause = 'locked: rows of new persons, by ' || sminion.new_writers()
  WHERE u.id = ANY (queued) AND u.subject = ANY (young) AND u.cause IS NULL;

  DELETE FROM sminion.withheld w
  WHERE w.subject = ANY (chosen) AND w.change = ANY (withholds) AND w.subject <> ALL (still);
  -- IN (...) IS TRUE is looked up in a hash; = ANY would compare each entry with half of the array.
  DELETE FROM sminion.unsettled u
  WHERE u.id = ANY (queued) AND (u.subject IN (SELECT c.key FROM unnest(chosen) AS c (key))) IS TRUE AND u.subject <> ALL (still);
  UPDATE sminion.unsettled u SET tried = clock_timestamp() WHERE u.id = ANY (queued) AND u.subject = ANY (still);
END
$sminion$;
