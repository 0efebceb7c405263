-- Every change of a state or a ticket says why.
CREATE FUNCTION sminion.require_reason(reason text) RETURNS void
LANGUAGE plpgsql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  IF coalesce(btrim(reason), '') = '' THEN
    RAISE EXCEPTION USING ERRCODE = 'SG506', MESSAGE = 'the reason is empty', HINT = 'Pass a non-empty reason.';
  END IF;
END
$sminion$;
