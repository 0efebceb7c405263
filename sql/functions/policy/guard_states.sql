-- What became of the guard's own objects since they were installed: ALTERED, MISSING, or STRAY for what does not belong
-- here. Nothing when all is as it was made.
CREATE FUNCTION sminion.guard_states(OUT kind text, OUT name text, OUT state text) RETURNS SETOF record
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
  WITH now AS MATERIALIZED (SELECT o.* FROM sminion.guard_objects() o)
  SELECT n.kind, n.name, CASE WHEN g.name IS NULL THEN 'STRAY' ELSE 'ALTERED' END
  FROM now n LEFT JOIN sminion.guard_object g ON g.kind = n.kind AND g.name = n.pattern
  WHERE n.fingerprint IS DISTINCT FROM g.fingerprint
  UNION ALL
  SELECT g.kind, g.name, 'MISSING'
  FROM sminion.guard_object g
  WHERE g.name !~ 'YYYY_MM' AND g.name NOT LIKE 'mark%' AND NOT EXISTS (SELECT FROM now n WHERE n.kind = g.kind AND n.pattern = g.name)
  UNION ALL
  -- Each month has the triggers of its kind.
  SELECT 'trigger', split_part(n.name, '.', 1) || '.' || split_part(g.name, '.', 2), 'MISSING'
  FROM now n JOIN sminion.guard_object g ON g.kind = 'trigger' AND split_part(g.name, '.', 1) = n.pattern
  WHERE n.kind = 'table' AND n.pattern ~ 'YYYY_MM$'
    AND NOT EXISTS (SELECT FROM now t WHERE t.kind = 'trigger' AND t.name = split_part(n.name, '.', 1) || '.' || split_part(g.name, '.', 2))
  ORDER BY 1, 2
$sminion$;
