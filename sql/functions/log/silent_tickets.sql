-- Tickets of a day (UTC) under which nothing is on record, neither a statement nor a write, by login: an application whose log is complete
-- writes one with its first statement. A client without the guarded session, such as psql, has no log of what it reads.
--
-- Only those that expired an hour ago, and before the oldest row of the journal: nothing about them is on its way. One day a
-- call, so that whoever verifies keeps nothing in memory and can go on where it was interrupted. Days from 2025 on, where the numbers of
-- tickets begin, until today.
CREATE FUNCTION sminion.silent_tickets(day date, OUT login name, OUT tickets bigint) RETURNS SETOF record
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET jit = off
AS $sminion$
#variable_conflict use_column
BEGIN
  IF (silent_tickets.day BETWEEN '2025-01-01' AND clock_timestamp()::date) IS NOT TRUE THEN
    RAISE EXCEPTION USING ERRCODE = 'SG670',
      MESSAGE = format('the log has no tickets of day `%s`', coalesce(silent_tickets.day::text, 'NULL')),
      HINT = 'Pass a day from 2025-01-01 until today (UTC).';
  END IF;
  RETURN QUERY
  WITH period AS MATERIALIZED (
    SELECT silent_tickets.day::timestamptz AS first, (silent_tickets.day + 1)::timestamptz AS next,
           least(clock_timestamp() - interval '1 hour', (SELECT min(j.at) FROM sminion.journal j) - interval '1 minute') AS over
  ), ticket AS MATERIALIZED (
    -- by their numbers: see open_ticket
    SELECT k.id, k.login, k.expires_at FROM sminion.ticket k
    WHERE k.id >= ((extract(epoch FROM (SELECT p.first FROM period p)) - 1735689600) * 1000000)::bigint * 512
      AND k.id < ((extract(epoch FROM (SELECT p.next FROM period p)) - 1735689600) * 1000000)::bigint * 512
      AND k.expires_at < (SELECT p.over FROM period p)
  ), heard AS MATERIALIZED (
    SELECT e.ticket FROM sminion.statement_event e
    WHERE e.at >= (SELECT p.first FROM period p) AND e.at < (SELECT max(t.expires_at) + interval '1 day' FROM ticket t)
    UNION ALL
    -- what an export reads is on record with it
    SELECT x.ticket FROM sminion.transfer x
    UNION ALL
    SELECT w.ticket FROM sminion.write_event w
    WHERE w.at >= (SELECT p.first FROM period p) AND w.at < (SELECT max(t.expires_at) + interval '1 day' FROM ticket t)
  )
  SELECT t.login, count(*) FROM ticket t
  WHERE NOT EXISTS (SELECT FROM heard h WHERE h.ticket = t.id)
  GROUP BY t.login ORDER BY t.login;
END
$sminion$;
COMMENT ON FUNCTION sminion.silent_tickets(date) IS 'tickets of a day under which nothing is on record, by login; for verification';
