-- What officers and DBAs did to the guard itself. Neither reasons nor details, which may name somebody.
SELECT a.act, a.login, pg_catalog.count(*) AS times
FROM (
  SELECT a.act, a.login::text AS login, a.at FROM sminion.act a
  UNION ALL
  SELECT CASE WHEN s.until IS NULL THEN 'resume_ddl_guard' ELSE 'suspend_ddl_guard' END, s.login::text, s.at FROM sminion.ddl_suspension s
) AS a
WHERE a.at >= %(since)s::timestamptz AND a.at < %(until)s::timestamptz
GROUP BY a.act, a.login
ORDER BY a.act, 3 DESC, a.login
