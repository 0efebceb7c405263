-- All keys of one person, in order: the given key alone where it was merged with none.
CREATE FUNCTION sminion.same_person(key text) RETURNS text[]
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH RECURSIVE person (key) AS (
    SELECT same_person.key COLLATE "C"
    UNION
    SELECT n.key FROM person p CROSS JOIN LATERAL (
      SELECT m.other AS key FROM sminion.subject_merge m WHERE m.one = p.key AND m.ended_at IS NULL
      UNION ALL
      SELECT m.one FROM sminion.subject_merge m WHERE m.other = p.key AND m.ended_at IS NULL) n
  )
  SELECT array_agg(p.key ORDER BY p.key) FROM person p WHERE p.key IS NOT NULL
$sminion$;
