-- Who changes a state, as logs keep it: the login, where nobody else is named.
CREATE FUNCTION sminion.require_actor(actor text) RETURNS text
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  said text := sminion.legible_text(actor);
BEGIN
  IF coalesce(btrim(actor), '') = '' THEN
    RETURN session_user;
  END IF;
  IF said IS NULL OR length(said) > 200 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG613',
      MESSAGE = CASE WHEN said IS NULL THEN 'the actor has no character that can be seen'
        ELSE format('the actor has %s characters, and 200 are kept', length(said)) END,
      HINT = 'Pass a name with visible characters, or none: then the login is recorded.';
  END IF;
  RETURN said;
END
$sminion$;
