-- Every change of a state or a ticket says why: the reason as logs keep it.
CREATE FUNCTION sminion.require_reason(reason text) RETURNS text
LANGUAGE plpgsql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  said text := sminion.legible_text(reason);
BEGIN
  IF said IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG506',
      MESSAGE = CASE WHEN coalesce(btrim(reason), '') = '' THEN 'the reason is empty'
        ELSE 'the reason has no character that can be seen' END,
      HINT = 'Pass a non-empty reason.';
  END IF;
  IF length(said) > 1000 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG613',
      MESSAGE = format('the reason has %s characters, and 1000 are kept', length(said)),
      HINT = 'Shorten it, and name a document with the details.';
  END IF;
  RETURN said;
END
$sminion$;
