SELECT r.at, r.writer, r.place, 0::bigint AS write, r.ticket, r.login, r.actor, r.unit, r.purpose, r.reason,
       r.operations, r.relations, r.columns, r.refused_by, r.codes, r.home
FROM sminion.refusals r
WHERE (%(since)s::timestamptz IS NULL OR r.at >= %(since)s::timestamptz)
  AND (%(until)s::timestamptz IS NULL OR r.at < %(until)s::timestamptz)
  AND (%(after_at)s::timestamptz IS NULL OR r.at <= %(after_at)s::timestamptz
       AND (r.at, r.writer, r.place)
         < (%(after_at)s::timestamptz, %(after_writer)s::bigint, %(after_place)s::bigint))
ORDER BY r.at DESC, r.writer DESC, r.place DESC
FETCH FIRST (%(limit)s) ROWS WITH TIES
