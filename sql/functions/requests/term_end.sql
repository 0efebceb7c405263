-- The last day of a term that counts from the day after `start`, before a free day moves it: see sminion.roll_forward.
--
-- 31 January and one month are the last day of February (Regulation 1182/71 article 3, Civil Code of Russia article 192).
CREATE FUNCTION sminion.term_end(calendar sminion.calendar, start date, count integer, unit text) RETURNS date
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  day   date := start;
  ahead integer := count;
BEGIN
  IF unit = 'working day' THEN
    WHILE ahead > 0 LOOP
      day := day + 1;
      ahead := ahead - sminion.is_working_day(calendar, day)::integer;
    END LOOP;
    RETURN day;
  END IF;
  RETURN CASE unit
    WHEN 'day' THEN start + count
    WHEN 'week' THEN start + 7 * count
    WHEN 'month' THEN (start + make_interval(months => count))::date
    WHEN 'year' THEN (start + make_interval(years => count))::date
  END;
END
$sminion$;
