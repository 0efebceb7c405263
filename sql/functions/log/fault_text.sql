-- What a login wrote to the log and the log could not take, as it can be read: text if it is text, else with escapes; cut off.
CREATE FUNCTION sminion.fault_text(entry bytea) RETURNS text
LANGUAGE plpgsql
STABLE
STRICT
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  most CONSTANT integer := 4000;
BEGIN
  RETURN sminion.log_text(left(convert_from(entry, 'UTF8'), most + 1), most);
EXCEPTION WHEN data_exception THEN
  RETURN sminion.log_text(encode(substr(entry, 1, most), 'escape'), most);
END
$sminion$;
