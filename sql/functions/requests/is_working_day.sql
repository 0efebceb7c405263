-- Whether people work on a day.
CREATE FUNCTION sminion.is_working_day(calendar sminion.calendar, day date) RETURNS boolean
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF day < calendar.first OR day > calendar.last THEN
    RAISE EXCEPTION USING ERRCODE = 'SG521',
      MESSAGE = format('calendar `%s` does not reach to %s', calendar.name, day),
      DETAIL = format('Version %s has the days from %s to %s.', calendar.version, calendar.first, calendar.last),
      HINT = 'Load a newer one with `sminion-guard request calendar`.';
  END IF;
  RETURN CASE WHEN extract(isodow FROM day) >= 6 THEN day = ANY (calendar.working_days) ELSE day <> ALL (calendar.holidays) END;
END
$sminion$;
