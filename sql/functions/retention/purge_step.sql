-- One batch of expired rows of one table, whose rule the caller holds locked: as many as take about `milliseconds`. What stops it is kept
-- as its cause. `state` is `working` where there may be more, `done` where nothing expired is left but what stays, `stuck` where
-- something is in the way.
--
-- That a DELETE was done is never believed: a table is done when no expired row is seen in it but those that are kept.
CREATE FUNCTION sminion.purge_step(
  own sminion.retention_rule, milliseconds integer, slow boolean, OUT state text, OUT rows bigint, OUT cause text
)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET row_security = on
SET jit = off
AS $sminion$
#variable_conflict use_column
DECLARE
  target sminion.protected_table := sminion.retention_target(own);
  seen   record;
  began  timestamptz := clock_timestamp();
  done   record;
  work   interval;
  took   interval;
  size   integer := own.batch_rows;
BEGIN
  rows := 0;
  BEGIN
    IF to_regclass(format('%I.%I', own.schema_name, own.table_name)) IS NOT NULL THEN
      -- Keeps others from adding code to it: see sminion.foreign_code.
      EXECUTE format('LOCK TABLE %I.%I IN ROW EXCLUSIVE MODE', own.schema_name, own.table_name);
    END IF;
    cause := sminion.retention_hindrance(own, target);
    IF cause IS NULL AND NOT slow AND NOT sminion.expired_found(own) THEN
      cause := format('no index begins with `%s`, and all rows would be read for each batch: make one, or run '
                      || '`sminion-guard retention run --slow`', own.after_column);
    END IF;
    IF cause IS NULL THEN
      UPDATE sminion.retention_rule r SET batch = pg_current_xact_id() WHERE (r.schema_name, r.table_name) = (own.schema_name, own.table_name);
      done := sminion.purge_rows(own, target, size);
      rows := done.purged;
      work := done.work;
      UPDATE sminion.retention_rule r SET batch = NULL WHERE (r.schema_name, r.table_name) = (own.schema_name, own.table_name);
      -- What needed a weaker lock, and came in between, is undone.
      cause := coalesce(sminion.foreign_code(target, own.way = 'depersonalize'), (sminion.references_to(target, own.way, false)).unreadable);
      IF cause IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SG570', MESSAGE = cause;
      END IF;
      IF rows = 0 THEN
        seen := sminion.expired_left(own, target);
        IF seen.used > 0 THEN
          cause := format('%s expired rows stay: rows of other tables lead to them', seen.used);
        ELSIF least(seen.expired, 100000) > seen.kept THEN
          cause := format('expired rows are left: locked by %s', sminion.table_holders(format('%I.%I', own.schema_name, own.table_name)));
        END IF;
      END IF;
    END IF;
  EXCEPTION
  WHEN lock_not_available THEN
    rows := 0;
    cause := format('locked: by %s', sminion.table_holders(format('%I.%I', own.schema_name, own.table_name)));
  WHEN OTHERS THEN
    -- One row may refuse: the others go in smaller batches.
    rows := 0;
    cause := format('%s (%s)', sminion.log_text(SQLERRM, 400), SQLSTATE);
    IF size > 1 THEN
      size := -size;
    END IF;
  END;
  took := clock_timestamp() - began;
  state := CASE WHEN rows > 0 OR size < 0 THEN 'working' WHEN cause IS NULL THEN 'done' ELSE 'stuck' END;
  UPDATE sminion.retention_rule r
  SET run_at = clock_timestamp(),
      -- A batch that follows at once is part of the same look.
      gap = CASE WHEN r.retry_at > r.run_at + interval '1 minute' THEN began - r.run_at ELSE r.gap END,
      cause = CASE WHEN rows > 0 THEN NULL ELSE purge_step.cause END,
      done_at = CASE state WHEN 'done' THEN clock_timestamp() ELSE r.done_at END,
      purged = r.purged + purge_step.rows, unrecorded = r.unrecorded + purge_step.rows,
      batches = r.batches + (purge_step.rows > 0)::integer, longest = CASE WHEN purge_step.rows > 0 THEN greatest(r.longest, took) ELSE r.longest END,
      batch_rows = CASE
        WHEN size < 0 THEN -size / 2
        -- Less than half of the time is aimed at, since the next rows may be slower. What is asked before takes its time too, but locks no
        -- row: with it, a batch would be of one row on a busy server.
        WHEN purge_step.rows > 0 THEN greatest(20, least(20000, 2 * size,
          (size * greatest(milliseconds, 1) / 2500.0 / greatest(extract(epoch FROM work), 0.0001))::bigint))
        ELSE r.batch_rows END,
      -- To look costs at most a thousandth of the time.
      retry_at = clock_timestamp() + CASE WHEN state = 'working' THEN interval '0' ELSE greatest(interval '5 minutes', least(1000 * took, interval '1 day')) END
  WHERE (r.schema_name, r.table_name) = (own.schema_name, own.table_name)
  RETURNING r.* INTO own;
  IF state <> 'working' THEN
    PERFORM sminion.record_purge(own);
  END IF;
END
$sminion$;
