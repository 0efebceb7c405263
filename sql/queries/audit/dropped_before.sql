SELECT (pg_catalog.max(d.month) + interval '1 month')::date AS day FROM sminion.dropped_log d
