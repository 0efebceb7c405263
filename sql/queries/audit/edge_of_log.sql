-- When the last event of a page was: in the order of time alone, which the indexes have. The page itself is then read from there on.
SELECT greatest(
  (SELECT l.at FROM sminion.statement_log l
   WHERE (%(since)s::timestamptz IS NULL OR l.at >= %(since)s::timestamptz)
     AND (%(until)s::timestamptz IS NULL OR l.at < %(until)s::timestamptz)
     AND (%(after_at)s::timestamptz IS NULL OR l.at <= %(after_at)s::timestamptz
          AND (l.at, l.writer, l.place, 0::bigint)
            < (%(after_at)s::timestamptz, %(after_writer)s::bigint, %(after_place)s::bigint, %(after_write)s::bigint))
   ORDER BY l.at DESC OFFSET %(limit)s - 1 LIMIT 1),
  (SELECT w.at FROM sminion.write_log w
   WHERE (%(since)s::timestamptz IS NULL OR w.at >= %(since)s::timestamptz)
     AND (%(until)s::timestamptz IS NULL OR w.at < %(until)s::timestamptz)
     AND (%(after_at)s::timestamptz IS NULL OR w.at <= %(after_at)s::timestamptz
          AND (w.at, 0::bigint, 0::bigint, w.id)
            < (%(after_at)s::timestamptz, %(after_writer)s::bigint, %(after_place)s::bigint, %(after_write)s::bigint))
   ORDER BY w.at DESC OFFSET %(limit)s - 1 LIMIT 1)) AS at
