-- Records how the identity of whoever asks was checked. Without it no request is granted that gives or changes data.
CREATE FUNCTION sminion.identify_request(id bigint, how text, actor text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  row_of sminion.request := sminion.open_request_row(identify_request.id);
BEGIN
  PERFORM sminion.record_request_event(row_of.id, 'identified', '{}', identify_request.how, identify_request.actor);
  UPDATE sminion.request r SET identified = true WHERE r.id = row_of.id;
END
$sminion$;
COMMENT ON FUNCTION sminion.identify_request(bigint, text, text) IS 'records how the identity of whoever asks was checked';
