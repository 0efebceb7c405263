-- A term that would end on a free day ends on the next working day (Regulation 1182/71 article 3(4), Civil Code of Russia
-- article 193). A term of no length ends where it begins.
CREATE FUNCTION sminion.roll_forward(calendar sminion.calendar, start date, day date) RETURNS date
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  rolled date := day;
BEGIN
  WHILE rolled > start AND NOT sminion.is_working_day(calendar, rolled) LOOP
    rolled := rolled + 1;
  END LOOP;
  RETURN rolled;
END
$sminion$;
