SELECT coalesce(pg_catalog.string_agg(e.item, '; ' ORDER BY e.item), 'nothing more')
FROM sminion.role_excess(<<role_literal>>, <<expected>>::pg_catalog.jsonb) e
