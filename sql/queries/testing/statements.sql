-- The statements that went on record, with the people whose keys their results held.
SELECT l.at, l.login::text, l.purpose, l.actor, l.reason, l.verdict, l.codes, l.operations, l.relations, l.columns,
       l.statement, l.rows,
       coalesce((SELECT pg_catalog.array_agg(DISTINCT a.subject::text ORDER BY a.subject::text)
                 FROM sminion.subject_access a
                 WHERE a.writer = l.writer AND a.place = l.place), '{}'),
       coalesce(l."values", '{}')
FROM sminion.statement_log l
WHERE l.at >= coalesce(%(since)s::timestamptz, '-infinity')
ORDER BY l.at, l.writer, l.place
