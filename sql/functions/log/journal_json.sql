-- The entries of a batch as JSON; NULL when the bytes are not UTF-8, not JSON, or hold a NUL. It never raises for what a
-- login wrote, so no view fails because of it.
CREATE FUNCTION sminion.journal_json(entries bytea) RETURNS jsonb
LANGUAGE plpgsql
STABLE
STRICT
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  RETURN convert_from(entries, 'UTF8')::jsonb;
EXCEPTION WHEN data_exception OR program_limit_exceeded OR statement_too_complex OR feature_not_supported THEN
  RETURN NULL;
END
$sminion$;
