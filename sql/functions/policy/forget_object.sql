-- Notes that a compiled statement was undone.
CREATE FUNCTION sminion.forget_object(key text) RETURNS void
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  DELETE FROM sminion.installed_object o WHERE o.key = forget_object.key
$sminion$;
