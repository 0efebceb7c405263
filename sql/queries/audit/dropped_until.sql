SELECT coalesce(pg_catalog.max(d.last_number), 0) FROM sminion.dropped_log d
