SELECT pg_catalog.string_agg(t.hashes, '' ORDER BY t.index) FROM sminion.tile t
WHERE t.level = 0 AND t.index BETWEEN %(first)s AND %(last)s
