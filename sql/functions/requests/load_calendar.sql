-- Adds a version of a calendar, and returns its number; where the newest version says the same, it stays and no row is written.
-- `sminion-guard apply` calls it with what the Python package `holidays` knows.
CREATE FUNCTION sminion.load_calendar(
  name text, version text, first date, last date, known_until date, holidays date[], working_days date[]
) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  newest sminion.calendar;
  odd    date;
  added  bigint;
BEGIN
  -- Only days that differ from what every week is: a calendar with all its Sundays would look complete, and count wrongly.
  SELECT d INTO odd FROM unnest(load_calendar.holidays) d
  WHERE d IS NULL OR extract(isodow FROM d) >= 6 OR d < load_calendar.first OR d > load_calendar.last
  UNION ALL SELECT d FROM unnest(load_calendar.working_days) d
  WHERE d IS NULL OR extract(isodow FROM d) < 6 OR d < load_calendar.first OR d > load_calendar.last
  LIMIT 1;
  IF FOUND OR load_calendar.holidays IS NULL OR load_calendar.working_days IS NULL OR load_calendar.first IS NULL OR load_calendar.last IS NULL
    OR load_calendar.known_until IS NULL OR load_calendar.name !~ '^[A-Z]{2}(-[A-Z0-9]{1,3})?$' OR load_calendar.version !~ '^[ -~]{1,100}$'
    OR load_calendar.known_until NOT BETWEEN load_calendar.first AND load_calendar.last
    OR load_calendar.first < date '1990-01-01' OR load_calendar.last > date '2200-01-01' OR cardinality(load_calendar.holidays) > 10000
    OR cardinality(load_calendar.working_days) > 10000
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG521',
      MESSAGE = format('the calendar `%s` cannot be used%s', sminion.log_text(load_calendar.name, 40),
        CASE WHEN odd IS NOT NULL THEN format(': %s is no day that differs from other weeks', odd) ELSE '' END),
      DETAIL = 'Holidays are Mondays to Fridays, working days are Saturdays and Sundays, all from `first` to `last`.',
      HINT = 'Load it with `sminion-guard request calendar`.';
  END IF;
  LOCK TABLE sminion.calendar IN SHARE ROW EXCLUSIVE MODE;
  SELECT c.* INTO newest FROM sminion.calendar c WHERE c.name = load_calendar.name ORDER BY c.id DESC LIMIT 1;
  IF FOUND AND (newest.version, newest.first, newest.last, newest.known_until, newest.holidays, newest.working_days)
    = (load_calendar.version, load_calendar.first, load_calendar.last, load_calendar.known_until, load_calendar.holidays,
       load_calendar.working_days)
  THEN
    RETURN newest.id;
  END IF;
  INSERT INTO sminion.calendar AS c (name, version, first, last, known_until, holidays, working_days)
  VALUES (load_calendar.name, load_calendar.version, load_calendar.first, load_calendar.last, load_calendar.known_until,
          load_calendar.holidays, load_calendar.working_days)
  RETURNING c.id INTO added;
  PERFORM sminion.record_act(
    'load_calendar', jsonb_build_object('calendar', load_calendar.name, 'version', load_calendar.version, 'until', load_calendar.last), NULL);
  RETURN added;
END
$sminion$;
COMMENT ON FUNCTION sminion.load_calendar(text, text, date, date, date, date[], date[]) IS
  'adds a version of a calendar by which terms are counted; its number';
