-- Moves rows of the journal to the log: at most `most` rows and 4 MB in a call, the oldest first. Numbers tickets, changes of
-- states and the like before (sminion.number_events). Returns how many rows of the journal it moved; NULL
-- while another session folds, and before the log has begun (sminion.begin_log).
--
-- The bytes bound the time that a call takes, whatever a login wrote: 4 MB, and 2,000 rows, hold 200,000 entries
-- (sminion.journal_batches) or a million subjects at most.
--
-- Only rows of transactions that are older than every running one are moved: so the log is written in one order, and each row
-- is moved once. A transaction that stays open makes younger rows wait in the journal, where the views show them too
-- (`maintenance_status`).
--
-- A row that cannot be moved, for a reason that nobody foresaw, becomes a fault and keeps no other row waiting.
CREATE FUNCTION sminion.fold(most integer DEFAULT 5000) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '1s'
SET jit = off
AS $sminion$
DECLARE
  state   sminion.fold_state;
  cluster bigint := (SELECT c.system_identifier FROM pg_control_system() c);
  horizon xid8;
  chosen  tid[];
  until   xid8;
  month   timestamptz;
  moved   bigint;
  others  bigint := 0;
  more    bigint;
BEGIN
  PERFORM sminion.require_read_committed();
  SELECT f.* INTO state FROM sminion.fold_state f FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF state.system_identifier <> cluster THEN
    -- A copy in another cluster, where transactions have other numbers: rows that came with it get one of this cluster.
    WITH old AS (DELETE FROM sminion.journal j RETURNING j.*)
    INSERT INTO sminion.journal (at, login, writer, first, proof, entries, event)
    SELECT o.at, o.login, o.writer, o.first, o.proof, o.entries, o.event FROM old o;
    -- What else came with it is numbered at once, and not looked at again.
    LOOP
      more := sminion.number_events(state.number + others, '18446744073709551615', 5000);
      EXIT WHEN more = 0;
      others := others + more;
    END LOOP;
    UPDATE sminion.event_source s SET transaction = '0', key = 0, restored = greatest(s.restored, s.key, coalesce(CASE s.kind
      WHEN 'ticket' THEN (SELECT max(k.id) FROM sminion.ticket k)
      WHEN 'writer' THEN (SELECT max(w.id) FROM sminion.log_writer w)
      WHEN 'state' THEN (SELECT max(e.id) FROM sminion.subject_event e)
      WHEN 'policy' THEN (SELECT max(p.epoch) FROM sminion.policy_version p)
      WHEN 'dropped_month' THEN (SELECT max(d.id) FROM sminion.dropped_log d)
      WHEN 'suspension' THEN (SELECT max(d.id) FROM sminion.ddl_suspension d)
      WHEN 'act' THEN (SELECT max(a.id) FROM sminion.act a) END, 0));
    UPDATE sminion.fold_state SET number = state.number + others, system_identifier = cluster, lowest = '0';
    RETURN 0;
  END IF;

  horizon := pg_snapshot_xmin(pg_current_snapshot());
  -- Cheap beside what moves entries: up to four runs of each kind.
  FOR part IN 1 .. 4 LOOP
    more := sminion.number_events(state.number + others, horizon, 5000);
    others := others + more;
    EXIT WHEN more < 5000;
  END LOOP;
  state.number := state.number + others;
  SELECT array_agg(o.ctid ORDER BY o.nth) INTO chosen
  FROM (
    SELECT j.ctid, row_number() OVER w AS nth, sum(coalesce(octet_length(j.entries), pg_column_size(j.event))) OVER w AS bytes
    FROM sminion.journal j
    WHERE j.transaction >= state.lowest AND j.transaction < horizon
    WINDOW w AS (ORDER BY j.transaction, j.at, j.first, j.ctid ROWS UNBOUNDED PRECEDING)
    ORDER BY j.transaction, j.at, j.first, j.ctid LIMIT greatest(most, 1)
  ) o
  WHERE o.nth = 1 OR o.bytes <= 4194304;
  IF chosen IS NULL THEN
    UPDATE sminion.fold_state SET number = state.number, folded_at = clock_timestamp();
    RETURN 0;
  END IF;
  FOR month IN
    SELECT DISTINCT date_trunc('month', j.at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' FROM sminion.journal_rows(chosen) j
  LOOP
    PERFORM sminion.make_month(month);
  END LOOP;

  LOOP
    SELECT max(j.transaction) INTO until FROM sminion.journal_rows(chosen) j;
    BEGIN
      moved := sminion.fold_rows(chosen, state.number);
      EXIT;
    EXCEPTION WHEN data_exception OR integrity_constraint_violation OR program_limit_exceeded THEN
      IF cardinality(chosen) > 1 THEN
        chosen := chosen[1:cardinality(chosen) / 2];
      ELSE
        moved := sminion.fold_fault(chosen, state.number, format('the row could not be moved: %s', SQLERRM));
        EXIT;
      END IF;
    END;
  END LOOP;
  UPDATE sminion.fold_state SET number = state.number + moved, lowest = until, folded_at = clock_timestamp();
  RETURN cardinality(chosen);
END
$sminion$;
COMMENT ON FUNCTION sminion.fold(integer) IS 'moves rows of the journal to the log; returns how many, NULL while another session does';
