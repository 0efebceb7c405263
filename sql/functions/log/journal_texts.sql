-- The entries of a batch as they were written, for faults: what JSON they are may be thousands of times longer than its text,
-- such as a number with an exponent. NULL when the bytes are no JSON array.
CREATE FUNCTION sminion.journal_texts(entries bytea) RETURNS text[]
LANGUAGE plpgsql
STABLE
STRICT
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  RETURN ARRAY(
    SELECT e.value::text FROM json_array_elements(convert_from(entries, 'UTF8')::json) WITH ORDINALITY AS e (value, n) ORDER BY e.n);
EXCEPTION WHEN data_exception OR program_limit_exceeded OR statement_too_complex OR feature_not_supported THEN
  RETURN NULL;
END
$sminion$;
