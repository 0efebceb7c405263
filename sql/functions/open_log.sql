-- A process begins to write the log of statements: its number, which sminion.log_statements asks for.
CREATE FUNCTION sminion.open_log() RETURNS bigint
LANGUAGE sql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  INSERT INTO sminion.log_writer DEFAULT VALUES RETURNING id
$sminion$;
