-- Moves withheld subjects into the masks of their rows: at most `subjects` subjects and `row_limit` rows a call, one short
-- transaction of the caller. A subject with a million rows takes several calls and stays withheld until the last.
-- Returns the subjects that wait still.
--
-- It waits for nobody, and nobody who reads or writes other subjects waits for it: states, rows and tables that are locked
-- are passed over, their subjects stay withheld, and the next call comes to them after all others.
-- Nor is it stopped by what refuses: a row that a trigger or a constraint of the application keeps as it is keeps its own
-- subjects withheld, `settle_problems` says why, and a later call finishes by itself.
-- The states are locked (shared) for the call, so none changes under it. A subject leaves `withheld` in the transaction
-- that saw none of its rows stale any more, so every snapshot sees one or the other.
CREATE FUNCTION sminion.settle(subjects integer DEFAULT 500, row_limit integer DEFAULT 20000) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '20ms'
SET jit = off
AS $sminion$
DECLARE
  chosen text[];
  queued bigint[];
BEGIN
  PERFORM sminion.require_read_committed();
  -- Without a month to write to nobody could write or read any more, so whoever settles makes the next ones too.
  IF to_regclass('sminion.write_subject'
       || to_char(clock_timestamp() AT TIME ZONE 'UTC' + interval '1 month', '_YYYY_MM')) IS NULL
  THEN
    BEGIN
      PERFORM sminion.extend_log();
    EXCEPTION WHEN lock_not_available OR SQLSTATE 'SG511' THEN
      RAISE WARNING USING ERRCODE = 'SG511', MESSAGE = 'the log could not be extended now',
        DETAIL = SQLERRM, HINT = 'Run `SELECT sminion.extend_log()` when the log is not locked.';
    END;
  END IF;
  PERFORM sminion.apply_pending(greatest(subjects, 1));

  PERFORM sminion.forget_write_tickets();

  -- States first, that of a person who is new and was blocked at once is looked at in this call.
  PERFORM sminion.admit_subjects(ARRAY(SELECT n.ctid FROM sminion.new_subject n LIMIT greatest(row_limit, 1) FOR UPDATE SKIP LOCKED));
  PERFORM sminion.grow_states(20000);

  -- State before queue. LIMIT counts what could be locked, so that nobody stands behind those that could not.
  chosen := ARRAY(
    SELECT s.subject FROM sminion.unsettled u JOIN sminion.subject_state s ON s.subject = u.subject
    ORDER BY u.tried, u.since LIMIT greatest(subjects, 1) FOR SHARE OF s SKIP LOCKED);
  -- Locked and taken: of two settling at once, the second finds nothing of the first's.
  queued := ARRAY(SELECT u.id FROM sminion.unsettled u WHERE u.subject = ANY (chosen) ORDER BY u.id FOR UPDATE SKIP LOCKED);
  chosen := ARRAY(
    SELECT u.subject FROM sminion.unsettled u WHERE u.subject = ANY (chosen)
    GROUP BY u.subject HAVING bool_and(u.id = ANY (queued)) ORDER BY u.subject);
  PERFORM sminion.settle_chosen(chosen, queued, greatest(row_limit, 1), true);
  RETURN (SELECT count(*) FROM (SELECT u.subject FROM sminion.unsettled u UNION SELECT p.subject FROM sminion.pending_change p) q);
END
$sminion$;
COMMENT ON FUNCTION sminion.settle(integer, integer) IS
  'writes changed states of withheld subjects into the masks of their rows; returns how many subjects are left';
