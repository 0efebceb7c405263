-- Removes the tickets that expired before the day, and a week ago at least, and that nothing in the log refers to. For
-- sminion.drop_log, which drops the months before the day in the same transaction: so a ticket is kept as long as each statement
-- and write under it. Returns how many it removed. The act says how many and which numbers they had, so the proofs of all
-- other events stay valid, and no other event can be taken for one of these.
--
-- A table of months instead would cost every guarded statement: among 36 partitions a call of sminion.context took 11 us of CPU more
-- than its 77 (PostgreSQL 18; 15: 11 more than 81), since all of them are locked, and 154 where the plan is not kept. These
-- rows are of nobody who works: no session waits.
--
-- The week: no statement that began under one of them still runs, and no process still has an entry about it.
CREATE FUNCTION sminion.drop_tickets(before date, reason text) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET jit = off
AS $sminion$
DECLARE
  -- 2025 is where the numbers begin; no ticket is older.
  until    CONSTANT timestamptz := least(
    greatest(drop_tickets.before, '2025-01-01')::timestamptz, clock_timestamp() - interval '7 days');
  -- opened before, by their numbers: see open_ticket
  bound    CONSTANT bigint := ((extract(epoch FROM until) - 1735689600) * 1000000)::bigint * 512;
  -- Those of the last minutes before the day, and what a login claims.
  needed   CONSTANT bigint[] := ARRAY(
    SELECT e.ticket FROM sminion.statement_event e WHERE e.at >= drop_tickets.before::timestamptz AND e.ticket < bound
    UNION SELECT w.ticket FROM sminion.write_event w WHERE w.at >= drop_tickets.before::timestamptz AND w.ticket < bound
    UNION SELECT j.ticket FROM sminion.unfolded_entries() j WHERE j.ticket < bound
    UNION SELECT j.ticket FROM sminion.unfolded_writes() j WHERE j.ticket < bound);
  removed  bigint;
  numbered bigint;
  lowest   bigint;
  highest  bigint;
BEGIN
  PERFORM set_config('sminion.dropping', pg_current_xact_id()::text, true);
  WITH gone AS (
    DELETE FROM sminion.ticket k WHERE k.id < bound AND k.expires_at < until AND k.id <> ALL (needed) RETURNING k.id
  ), event AS (
    SELECT r.first + k.nth - 1 AS number
    FROM sminion.event_run r CROSS JOIN LATERAL unnest(r.keys) WITH ORDINALITY AS k (key, nth)
    JOIN gone g ON g.id = k.key
    WHERE r.kind = 'ticket'
  )
  SELECT (SELECT count(*) FROM gone), count(*), min(e.number), max(e.number) INTO removed, numbered, lowest, highest FROM event e;
  PERFORM set_config('sminion.dropping', '', true);
  IF removed <> numbered THEN
    RAISE EXCEPTION USING ERRCODE = 'SG511',
      MESSAGE = 'the log cannot be dropped now: old tickets have no number yet',
      DETAIL = format('They wait for %s.', sminion.transactions_named(sminion.running_transactions())),
      HINT = 'Call it again when these transactions have ended, or end them.';
  ELSIF removed > 0 THEN
    PERFORM sminion.record_act('drop_tickets', jsonb_build_object(
      'before', drop_tickets.before, 'events', removed, 'first', lowest, 'last', highest), drop_tickets.reason);
  END IF;
  RETURN removed;
END
$sminion$;
COMMENT ON FUNCTION sminion.drop_tickets(date, text) IS
  'removes old tickets that nothing in the log refers to; called by sminion.drop_log';
