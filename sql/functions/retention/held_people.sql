-- The keys of people whose rows of a table a hold keeps: of each hold, all keys of the person.
CREATE FUNCTION sminion.held_people(target sminion.protected_table) RETURNS text[]
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT coalesce(array_agg(DISTINCT k.key), '{}')
  FROM (SELECT DISTINCT h.subject FROM sminion.hold h
        WHERE h.subject IS NOT NULL AND h.released_at IS NULL AND (h.until IS NULL OR h.until > clock_timestamp())) o
  CROSS JOIN LATERAL unnest(sminion.same_person(o.subject)) AS k (key)
  WHERE cardinality(target.subject_columns) > 0 AND sminion.hold_of(o.subject, target.schema_name, target.table_name) IS NOT NULL
$sminion$;
