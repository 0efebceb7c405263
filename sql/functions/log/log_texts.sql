-- Several texts of a client made safe, at most `most` of them; what is cut off is said.
CREATE FUNCTION sminion.log_texts(raw text[], most integer) RETURNS text[]
LANGUAGE plpgsql
IMMUTABLE
STRICT
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  safe text[] := ARRAY(
    SELECT sminion.log_text(t.value, 200) FROM unnest(raw[1:most]) WITH ORDINALITY AS t (value, n) ORDER BY t.n);
BEGIN
  RETURN CASE WHEN cardinality(raw) > most THEN safe || format('(%s more)', cardinality(raw) - most) ELSE safe END;
END
$sminion$;
