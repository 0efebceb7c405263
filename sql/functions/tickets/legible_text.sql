-- What a client or an officer said, as logs keep it for ever: safe to read (sminion.log_text), and without blanks around
-- it. NULL when nothing of it can be seen, such as one zero-width space: that says nothing. sminion_guard/session/legible.py
-- says the same.
CREATE FUNCTION sminion.legible_text(raw text) RETURNS text
LANGUAGE plpgsql
IMMUTABLE
STRICT
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  -- every blank of Unicode that sminion.log_text leaves, and the empty pattern of Braille
  blank   CONSTANT text := E' \\u00A0\\u1680\\u2000-\\u200A\\u202F\\u205F\\u2800\\u3000';
  -- they only change what stands before them
  variant CONSTANT text := E'\\uFE00-\\uFE0F\\U000E0100-\\U000E01EF';
  safe    text;
BEGIN
  IF raw !~ '[^ -~]' THEN
    RETURN nullif(btrim(raw), '');
  END IF;
  safe := regexp_replace(
    sminion.log_text(raw, length(raw)), format('^[%s]+|[%s]+$', blank, blank), '', 'g');
  RETURN CASE WHEN safe !~ format('^[%s%s]*$', blank, variant) THEN safe END;
END
$sminion$;
