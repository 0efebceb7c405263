-- What destroying the data of the person of a request would do, and nothing is done. See sminion.destruction_plan.
CREATE FUNCTION sminion.plan_destruction(
  request bigint, slow boolean DEFAULT false, OUT place integer, OUT schema_name text, OUT table_name text, OUT way text, OUT shared text,
  OUT rows bigint, OUT about_others bigint, OUT indexed boolean, OUT hold bigint, OUT stays text, OUT hindrance text
) RETURNS SETOF record
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT p.* FROM sminion.destruction_request(plan_destruction.request) r CROSS JOIN LATERAL sminion.destruction_plan(r.subject, slow) p
$sminion$;
COMMENT ON FUNCTION sminion.plan_destruction(bigint, boolean) IS 'what destroying the data of the person of a request would do';
