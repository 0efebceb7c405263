-- How many marks have each value of the last four bits.
CREATE FUNCTION sminion.group_buckets(persons bigint[]) RETURNS integer[]
LANGUAGE sql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT array_agg(coalesce(c.many, 0) ORDER BY i.bucket)
  FROM generate_series(0, 15) AS i (bucket)
  LEFT JOIN (SELECT (p & 15)::integer AS bucket, count(*)::integer AS many FROM unnest(group_buckets.persons) p GROUP BY 1) c
    ON c.bucket = i.bucket
$sminion$;
