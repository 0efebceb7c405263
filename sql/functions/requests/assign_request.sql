-- Says which unit handles a request.
CREATE FUNCTION sminion.assign_request(id bigint, unit text, reason text, actor text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  row_of  sminion.request := sminion.open_request_row(assign_request.id);
  handled text := sminion.ticket_text('unit', assign_request.unit, 200);
BEGIN
  IF handled IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG522', MESSAGE = 'the unit is empty', HINT = 'Pass the name of the unit that handles the request.';
  END IF;
  PERFORM sminion.record_request_event(
    row_of.id, 'assigned', jsonb_build_object('unit', handled), assign_request.reason, assign_request.actor);
  UPDATE sminion.request r SET unit = handled WHERE r.id = row_of.id;
END
$sminion$;
COMMENT ON FUNCTION sminion.assign_request(bigint, text, text, text) IS 'says which unit handles a request';
