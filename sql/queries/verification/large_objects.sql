-- Large objects with the key: the next of them, with how far it came.
SELECT pg_catalog.max(q.oid) AS last, pg_catalog.count(*) AS looked_at,
       coalesce(pg_catalog.array_agg(q.oid::text ORDER BY q.oid) FILTER (WHERE q.found), '{}') AS found
FROM (SELECT m.oid, pg_catalog.encode(pg_catalog.lo_get(m.oid), 'escape') ~ %(pattern)s AS found
      FROM (SELECT l.oid FROM pg_catalog.pg_largeobject_metadata l WHERE l.oid > %(after)s::pg_catalog.oid ORDER BY l.oid LIMIT 100) m) q
