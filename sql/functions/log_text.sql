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
  -- (E'': with standard_conforming_strings off, which is the client's, U&'' is refused)
  unsafe CONSTANT text :=
    E'[\\u0001-\\u001F\\u007F-\\u009F\\u061C\\u200B-\\u200F\\u2028-\\u202E\\u2060-\\u2069\\uFEFF]';
  safe   text := regexp_replace(raw, unsafe, ' ', 'g');
BEGIN
  RETURN CASE WHEN length(safe) > most THEN left(safe, most - 1) || E'\u2026' ELSE safe END;
END
$sminion$;
