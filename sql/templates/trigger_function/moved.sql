-- Trigger of <<table>> when a row moves to another subject: its children follow, each through its own row trigger.
CREATE OR REPLACE FUNCTION sminion.<<function>>() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  PERFORM sminion.moved(OLD.<<subject>>::text);
<<children>>
  RETURN NULL;
END
$sminion$
