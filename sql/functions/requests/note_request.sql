-- Adds a note to a request, such as what was asked back, or that the person was told.
CREATE FUNCTION sminion.note_request(id bigint, note text, actor text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  row_of sminion.request := sminion.open_request_row(note_request.id);
BEGIN
  PERFORM sminion.record_request_event(row_of.id, 'noted', '{}', note_request.note, note_request.actor);
END
$sminion$;
COMMENT ON FUNCTION sminion.note_request(bigint, text, text) IS 'adds a note to a request';
