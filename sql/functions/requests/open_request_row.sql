-- The row of an open request, locked: of two officers at one request the second one waits, and is told what the first one did.
CREATE FUNCTION sminion.open_request_row(id bigint) RETURNS sminion.request
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  found_one sminion.request;
BEGIN
  PERFORM sminion.require_read_committed();
  SELECT r.* INTO found_one FROM sminion.request r WHERE r.id = open_request_row.id FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG522',
      MESSAGE = format('there is no request %s', coalesce(open_request_row.id::text, 'NULL')),
      HINT = 'List them: `SELECT * FROM sminion.request_status`.';
  ELSIF found_one.closed_at IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG523',
      MESSAGE = format('request %s is closed: %s on %s', found_one.id, replace(found_one.outcome, '_', ' '), found_one.closed_at::date),
      HINT = 'Open a new request for what came later.';
  END IF;
  RETURN found_one;
END
$sminion$;
