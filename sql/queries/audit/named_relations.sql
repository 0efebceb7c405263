-- What the log names: of statements that were sent, and of writes. In whole seconds, since a busy log has millions of rows.
SELECT l.login::text, coalesce(l.home, pg_catalog.current_database())::text AS database, r.relation, false AS is_write,
       pg_catalog.date_trunc('second', l.at) AS at
FROM sminion.statement_log l CROSS JOIN LATERAL pg_catalog.unnest(l.relations) AS r (relation)
WHERE l.at >= %(first)s AND l.at <= %(last)s AND (l.verdict <> 'refused' OR l.outcomes IS NOT NULL)
UNION
SELECT w.login::text, pg_catalog.current_database()::text, w.relation, true, pg_catalog.date_trunc('second', w.at)
FROM sminion.write_log w
WHERE w.at >= %(first)s AND w.at <= %(last)s
ORDER BY 5
