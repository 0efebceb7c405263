-- Text of a client made safe for whoever reads the log: no control, bidirectional, line separator or invisible characters,
-- each replaced by a space, and no more than `most` characters. sminion_guard/session/legible.py says the same.
CREATE FUNCTION sminion.log_text(raw text, most integer) RETURNS text
LANGUAGE plpgsql
IMMUTABLE
STRICT
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  -- what makes the log a forgery on a terminal or in a browser, or two texts that look alike different
  -- (E'': with standard_conforming_strings off, which is the client's, U&'' is refused)
  unsafe CONSTANT text :=
    E'[\\u0001-\\u001F\\u007F-\\u009F\\u00AD\\u034F\\u061C\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F\\u200B-\\u200F'
    '\\u2028-\\u202E\\u2060-\\u206F\\u3164\\uFEFF\\uFFA0\\uFFF0-\\uFFFB\\uFFFE\\uFFFF\\U0001BCA0-\\U0001BCA3'
    '\\U0001D173-\\U0001D17A\\U000E0000-\\U000E00FF\\U000E01F0-\\U000E0FFF]';
  safe   text := regexp_replace(raw, unsafe, ' ', 'g');
BEGIN
  RETURN CASE WHEN length(safe) > most THEN left(safe, most - 1) || E'\u2026' ELSE safe END;
END
$sminion$;
