SELECT r.act, r.key
FROM sminion.record_reading(%(question)s, %(subject)s, %(kind)s, %(since)s, %(until)s, %(purpose)s, %(reason)s) r
WHERE CASE WHEN pg_catalog.current_setting('synchronous_commit') OPERATOR(pg_catalog.=) 'off'
  THEN pg_catalog.set_config('synchronous_commit', 'on', true) ELSE '' END IS NOT NULL
