SELECT w.id, w.rows FROM sminion.write_log w
WHERE w.at = ANY (%(moments)s::timestamptz[]) AND w.id = ANY (%(writes)s::bigint[])
