-- Accesses of the month that were judged, and those that nothing explains, of each unit; only units with many by name.
WITH counted AS (
  SELECT e.unit, e.purpose, pg_catalog.count(*) AS judged,
         pg_catalog.count(*) FILTER (WHERE e.explained_by IS NULL) AS unexplained, pg_catalog.count(*) FILTER (WHERE e.deleted) AS deleted
  FROM sminion.explained_accesses(%(act)s) e
  WHERE e.judged
  GROUP BY e.unit, e.purpose
), ranked AS (
  SELECT u.unit, pg_catalog.row_number() OVER (ORDER BY pg_catalog.sum(u.unexplained) DESC, pg_catalog.sum(u.judged) DESC, u.unit) AS nth
  FROM counted u
  GROUP BY u.unit
)
SELECT CASE WHEN r.nth <= %(most)s THEN coalesce(c.unit, '') END AS unit, c.purpose, pg_catalog.count(DISTINCT coalesce(c.unit, ''))::integer AS names,
       pg_catalog.sum(c.judged)::bigint AS judged, pg_catalog.sum(c.unexplained)::bigint AS unexplained,
       pg_catalog.sum(c.deleted)::bigint AS deleted
FROM counted c
JOIN ranked r ON r.unit IS NOT DISTINCT FROM c.unit
GROUP BY 1, 2
ORDER BY pg_catalog.min(r.nth) > %(most)s, 5 DESC, 4 DESC, 1, 2
