-- Extends the term of a request, once, as the policy said when the request was recorded. The person must have been told why before
-- the term ended, so a term that has ended is not extended. Returns the new date.
CREATE FUNCTION sminion.extend_request(id bigint, notice text, actor text DEFAULT NULL) RETURNS date
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  row_of   sminion.request := sminion.open_request_row(extend_request.id);
  days     sminion.calendar;
  zone     text := (SELECT p.request_terms ->> 'timezone' FROM sminion.policy p);
  start_on date;
  later    date;
BEGIN
  IF row_of.extended_to IS NOT NULL OR row_of.term ->> 'extend_count' IS NULL
    OR (clock_timestamp() AT TIME ZONE coalesce(zone, 'UTC'))::date > row_of.due_on
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG524',
      MESSAGE = format('the term of request %s cannot be extended: %s', row_of.id, CASE
        WHEN row_of.extended_to IS NOT NULL THEN 'it was extended to ' || row_of.extended_to
        WHEN row_of.term ->> 'extend_count' IS NULL THEN 'the policy does not provide for it'
        ELSE 'it ended on ' || row_of.due_on END),
      HINT = 'Answer the request, and close it.';
  END IF;
  start_on := (row_of.received_at AT TIME ZONE coalesce(zone, 'UTC'))::date;
  days := sminion.newest_calendar(split_part(row_of.calendar, ' ', 1));
  later := sminion.roll_forward(days, start_on, sminion.term_end(
    days, CASE WHEN (row_of.term ->> 'extend_total')::boolean THEN start_on ELSE row_of.unrolled_on END,
    (row_of.term ->> 'extend_count')::integer, row_of.term ->> 'extend_unit'));
  PERFORM sminion.record_request_event(row_of.id, 'extended', jsonb_build_object('due', row_of.due_on, 'extended_to', later,
    'calendar', concat_ws(' ', days.name, days.version)), extend_request.notice, extend_request.actor);
  UPDATE sminion.request r
  SET extended_to = later, calendar = concat_ws(' ', days.name, days.version),
      provisional = later > days.known_until
  WHERE r.id = row_of.id;
  RETURN later;
END
$sminion$;
COMMENT ON FUNCTION sminion.extend_request(bigint, text, text) IS
  'extends the term of a request once, with the notice that the person got; the new date';
