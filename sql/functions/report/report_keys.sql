-- The keys whose data a report opens: those that are on record with it, and are one person still. A merge that comes after its beginning adds
-- none, since nobody was told of it; and once two keys are two people again, neither is shown the data of the other.
CREATE FUNCTION sminion.report_keys(own sminion.report) RETURNS text[]
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT array_agg(k.key ORDER BY k.key)
  FROM unnest(sminion.same_person(own.subject)) AS k (key) WHERE k.key = own.subject OR k.key = ANY (own.other_keys)
$sminion$;
