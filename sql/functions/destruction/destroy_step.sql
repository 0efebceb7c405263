-- One batch of a destruction, whose row of the ledger the caller holds locked: the next table that waits, and as many rows of it as take about
-- `milliseconds`. What stops a table is kept as its cause, and does not stop the others; each is tried once in a pass.
--
-- state: `working`, `stuck` where a pass has ended and tables still wait, `done` where nothing is left but what is held.
--
-- That a DELETE was done is never believed: a table is done when no row of the person is seen in it, nobody can have written one who did
-- not know of the erasure, and the guard is blind for none.
CREATE FUNCTION sminion.destroy_step(
  own sminion.destruction, milliseconds integer, OUT state text, OUT schema_name text, OUT table_name text, OUT rows bigint, OUT cause text
)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET row_security = on
SET jit = off
AS $sminion$
#variable_conflict use_column
DECLARE
  step    sminion.destruction_table;
  target  sminion.protected_table;
  nothing sminion.pending_change;
  done    record;
  began   timestamptz;
  took    interval;
  size    integer;
BEGIN
  state := 'working';
  rows := 0;
  -- Nothing goes before nobody can write any more.
  IF NOT coalesce((SELECT s.erased FROM sminion.subject_state s WHERE s.subject = own.subject), false) THEN
    IF sminion.lock_state(own.subject, '200ms') THEN
      PERFORM sminion.apply_changes(own.subject, nothing);
    END IF;
    IF NOT coalesce((SELECT s.erased FROM sminion.subject_state s WHERE s.subject = own.subject), false) THEN
      state := 'stuck';
      cause := format('locked: the state of the person, by %s', sminion.state_holders(own.subject));
      UPDATE sminion.destruction d SET retry_at = clock_timestamp() + interval '1 minute' WHERE d.id = own.id;
      RETURN;
    END IF;
  END IF;
  PERFORM sminion.review_destruction(own);

  SELECT t.* INTO step FROM sminion.destruction_table t
  WHERE t.destruction = own.id AND t.state = 'waiting' AND t.tried < own.pass
  ORDER BY t.place, t.schema_name, t.table_name LIMIT 1;
  IF NOT FOUND THEN
    IF EXISTS (SELECT FROM sminion.destruction_table t WHERE t.destruction = own.id AND t.state = 'waiting') THEN
      state := 'stuck';
      UPDATE sminion.destruction d SET pass = d.pass + 1, retry_at = clock_timestamp() + interval '1 minute' WHERE d.id = own.id;
    ELSE
      state := 'done';
      PERFORM sminion.complete_destruction(own);
    END IF;
    RETURN;
  END IF;

  schema_name := step.schema_name;
  table_name := step.table_name;
  SELECT p.* INTO target FROM sminion.protected_table p WHERE p.schema_name = step.schema_name AND p.table_name = step.table_name;
  size := step.batch_rows;
  began := clock_timestamp();
  BEGIN
    IF target.table_name IS NULL AND to_regclass(format('%I.%I', step.schema_name, step.table_name)) IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'SG561', MESSAGE = 'the policy in force does not have the table any more';
    ELSIF target.table_name IS NOT NULL THEN
      -- Keeps others from adding code to it: see sminion.foreign_code.
      EXECUTE format('LOCK TABLE %I.%I IN ROW EXCLUSIVE MODE', target.schema_name, target.table_name);
      cause := sminion.destruction_hindrance(target, step.way);
      IF cause IS NULL THEN
        UPDATE sminion.destruction d SET batch = pg_current_xact_id() WHERE d.id = own.id;
        done := sminion.destroy_rows(target, step.way, step.shared, own.subject, size);
        UPDATE sminion.destruction d SET batch = NULL WHERE d.id = own.id;
        -- What needed a weaker lock, and came in between, is undone.
        cause := coalesce(sminion.foreign_code(target, true), (sminion.references_to(target, step.way, true)).unreadable);
        IF cause IS NOT NULL AND sminion.destruction_hindrance(target, step.way) IS NOT NULL THEN
          RAISE EXCEPTION USING ERRCODE = 'SG561', MESSAGE = cause;
        END IF;
        cause := NULL;
        rows := done.destroyed + done.depersonalized + done.unlinked;
        IF rows = 0 THEN
          cause := sminion.rows_left(target, step.way, step.shared, own.subject);
        END IF;
      END IF;
    END IF;
  EXCEPTION
  WHEN lock_not_available THEN
    rows := 0;
    cause := format('locked: by %s', sminion.table_holders(format('%I.%I', step.schema_name, step.table_name)));
    size := NULL;
  WHEN OTHERS THEN
    rows := 0;
    cause := format('%s (%s)', sminion.log_text(SQLERRM, 400), SQLSTATE);
  END;
  took := clock_timestamp() - began;

  IF rows > 0 THEN
    UPDATE sminion.destruction_table t
    SET destroyed = t.destroyed + done.destroyed, depersonalized = t.depersonalized + done.depersonalized,
        unlinked = t.unlinked + done.unlinked, batches = t.batches + 1, longest = greatest(t.longest, took), cause = NULL,
        -- Less than half of the time is aimed at, since the next rows may be slower. What is asked before takes its time too, but locks no row:
        -- with it, a batch would be of one row on a busy server.
        batch_rows = greatest(1, least(20000, 2 * size,
          (size * greatest(milliseconds, 1) / 2500.0 / greatest(extract(epoch FROM done.work), 0.0001))::bigint))
    WHERE t.destruction = own.id AND t.schema_name = step.schema_name AND t.table_name = step.table_name;
  ELSIF cause IS NULL THEN
    UPDATE sminion.destruction_table t SET state = 'done', done_at = clock_timestamp(), cause = NULL
    WHERE t.destruction = own.id AND t.schema_name = step.schema_name AND t.table_name = step.table_name;
  ELSE
    -- One row may refuse: the others go in smaller batches.
    UPDATE sminion.destruction_table t
    SET cause = destroy_step.cause, batch_rows = CASE WHEN done IS NULL AND size > 1 THEN size / 2 ELSE t.batch_rows END,
        tried = CASE WHEN done IS NULL AND size > 1 THEN t.tried ELSE own.pass END
    WHERE t.destruction = own.id AND t.schema_name = step.schema_name AND t.table_name = step.table_name;
  END IF;
END
$sminion$;
