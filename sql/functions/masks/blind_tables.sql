-- The protected tables of which the guard cannot be sure to see every row, and why.
CREATE FUNCTION sminion.blind_tables(OUT schema_name text, OUT table_name text, OUT cause text) RETURNS SETOF record
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT b.schema_name, b.table_name, b.cause
  FROM (SELECT p.schema_name, p.table_name, sminion.blindness(p) AS cause FROM sminion.protected_table p) b
  WHERE b.cause IS NOT NULL
$sminion$;
COMMENT ON FUNCTION sminion.blind_tables() IS 'protected tables whose rows the guard does not see, and why';
