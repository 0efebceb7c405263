SELECT GREATEST(
  (SELECT pg_catalog.max(d.last_number) FROM sminion.dropped_log d),
  (SELECT pg_catalog.max((a.detail ->> 'last')::bigint) FROM sminion.act a WHERE a.act = 'drop_tickets'), 0)
