-- Statements of guarded sessions and writes of every client, each cut off by itself, so that neither is read to its end.
WITH statements AS (
  SELECT l.at, l.writer, l.place, 0::bigint AS write, l.ticket, l.login, l.actor, l.unit, l.purpose, l.reason,
         l.operations, l.relations, l.columns, l.rows, l.verdict, l.outcomes, l.codes, l.home
  FROM sminion.statement_log l
  WHERE (%(since)s::timestamptz IS NULL OR l.at >= %(since)s::timestamptz)
    AND (%(until)s::timestamptz IS NULL OR l.at < %(until)s::timestamptz)
    AND (%(actor)s::text IS NULL OR l.actor = %(actor)s::text)
    AND (%(purpose)s::text IS NULL OR l.purpose = %(purpose)s::text)
    AND (%(after_at)s::timestamptz IS NULL OR l.at <= %(after_at)s::timestamptz
         AND (l.at, l.writer, l.place, 0::bigint)
           < (%(after_at)s::timestamptz, %(after_writer)s::bigint, %(after_place)s::bigint, %(after_write)s::bigint))
  ORDER BY l.at DESC, l.writer DESC, l.place DESC
  FETCH FIRST (%(limit)s) ROWS WITH TIES
), writes AS (
  SELECT w.at, 0::bigint, 0::bigint, w.id, w.ticket, w.login, w.actor, w.unit, w.purpose, w.reason,
         ARRAY[w.operation], ARRAY[w.relation], w.columns, w.rows, 'allowed', ARRAY['done'], '{}'::text[], NULL::text
  FROM sminion.write_log w
  WHERE (%(since)s::timestamptz IS NULL OR w.at >= %(since)s::timestamptz)
    AND (%(until)s::timestamptz IS NULL OR w.at < %(until)s::timestamptz)
    AND (%(actor)s::text IS NULL OR w.actor = %(actor)s::text)
    AND (%(purpose)s::text IS NULL OR w.purpose = %(purpose)s::text)
    AND (%(after_at)s::timestamptz IS NULL OR w.at <= %(after_at)s::timestamptz
         AND (w.at, 0::bigint, 0::bigint, w.id)
           < (%(after_at)s::timestamptz, %(after_writer)s::bigint, %(after_place)s::bigint, %(after_write)s::bigint))
  ORDER BY w.at DESC, w.id DESC
  FETCH FIRST (%(limit)s) ROWS WITH TIES
)
SELECT * FROM statements UNION ALL SELECT * FROM writes
ORDER BY at DESC, writer DESC, place DESC, write DESC
FETCH FIRST (%(limit)s) ROWS WITH TIES
