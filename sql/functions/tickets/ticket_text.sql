-- A text of a ticket as the access log keeps it; NULL stays NULL.
CREATE FUNCTION sminion.ticket_text(name text, raw text, most integer) RETURNS text
LANGUAGE plpgsql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  said text := sminion.legible_text(raw);
BEGIN
  IF raw IS NOT NULL AND said IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG215',
      MESSAGE = format('`%s` has no character that can be seen: a ticket says who acts and why', name),
      HINT = format('Pass a non-empty %s.', name);
  ELSIF length(said) > most THEN
    RAISE EXCEPTION USING ERRCODE = 'SG215',
      MESSAGE = format('`%s` has %s characters', name, length(said)),
      DETAIL = format('The log keeps at most %s.', most),
      HINT = 'Shorten it, and name a document with the details.';
  END IF;
  RETURN said;
END
$sminion$;
