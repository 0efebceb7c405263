-- Text of a client made safe for whoever reads the log: no control, bidirectional or line separator characters, and no
-- more than `most` characters.
CREATE FUNCTION sminion.log_text(raw text, most integer) RETURNS text
LANGUAGE plpgsql
IMMUTABLE
STRICT
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  -- what makes the log a forgery on a terminal or in a browser
  unsafe CONSTANT text := U&'[\0001-\001F\007F-\009F\061C\200B-\200F\2028-\202E\2060-\2069\FEFF]';
  safe   text := regexp_replace(raw, unsafe, ' ', 'g');
BEGIN
  RETURN CASE WHEN length(safe) > most THEN left(safe, most - 1) || U&'\2026' ELSE safe END;
END
$sminion$;
