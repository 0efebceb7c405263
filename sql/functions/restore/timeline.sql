-- The timeline of the WAL that is written now. Taken from the name of its file, which no file must be read for.
CREATE FUNCTION sminion.timeline() RETURNS text
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)
$sminion$;
