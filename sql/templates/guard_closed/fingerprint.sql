SELECT coalesce(pg_catalog.string_agg(e.item, '; ' ORDER BY e.item), 'closed')
FROM sminion.guard_excess(<<expected>>::pg_catalog.jsonb, <<tables>>::pg_catalog.jsonb) e
