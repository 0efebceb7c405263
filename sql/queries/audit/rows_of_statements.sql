-- More than was asked for, where several writers have the same places. Compared with lists and not joined with pairs, and
-- between moments: so each month is either left out, or read by its index.
SELECT l.writer, l.place, l.rows
FROM sminion.statement_log l
WHERE l.writer = ANY (%(writers)s::bigint[]) AND l.place = ANY (%(places)s::bigint[])
  AND l.at >= %(first)s::timestamptz AND l.at <= %(last)s::timestamptz
