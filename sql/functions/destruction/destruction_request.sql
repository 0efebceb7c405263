-- The open request `destroy` whose person's data may be destroyed now, locked.
CREATE FUNCTION sminion.destruction_request(request bigint) RETURNS sminion.request
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  row_of sminion.request := sminion.open_request_row(destruction_request.request);
BEGIN
  IF row_of.kind <> 'destroy' OR row_of.subject IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG522',
      MESSAGE = format('request %s does not ask that data of a person are destroyed', row_of.id),
      HINT = 'Pass the number of an open request `destroy`; record one with `sminion.open_request`.';
  ELSIF NOT row_of.identified AND row_of.trigger = 'request' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG525',
      MESSAGE = format('request %s cannot be granted: nobody has checked who asks', row_of.id),
      HINT = format('Check the identity, and record how: `sminion.identify_request(%s, ...)`.', row_of.id);
  ELSIF (SELECT p.completed_at IS NULL FROM sminion.policy p) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG560',
      MESSAGE = 'a change of the policy is not finished, and rows could be missed',
      HINT = 'Wait until `sminion-guard apply` has ended; where it was interrupted, run it again.';
  END IF;
  RETURN row_of;
END
$sminion$;
