-- WITH TIES: the next page begins behind the last place, so all that happened there stands on this one.
SELECT s.at, coalesce(s.writer, 0) AS writer, coalesce(s.place, 0) AS place, coalesce(s.write, 0) AS write,
       s.ticket, s.login, s.actor, s.unit, s.purpose, s.reason, s.operations, s.relations, s.columns, s.home
FROM sminion.accesses_of(%(key)s::text, %(since)s::timestamptz, %(until)s::timestamptz, %(after_at)s::timestamptz, %(limit)s::bigint) s
WHERE (%(after_at)s::timestamptz IS NULL OR s.at <= %(after_at)s::timestamptz
       AND (s.at, coalesce(s.writer, 0), coalesce(s.place, 0), coalesce(s.write, 0))
         < (%(after_at)s::timestamptz, %(after_writer)s::bigint, %(after_place)s::bigint, %(after_write)s::bigint))
ORDER BY s.at DESC, coalesce(s.writer, 0) DESC, coalesce(s.place, 0) DESC, coalesce(s.write, 0) DESC
FETCH FIRST (%(limit)s) ROWS WITH TIES
