-- Trigger of <<table>> when a row moves to another subject: its children follow, each through its own row trigger. So they do
-- when the row was deleted, and the same statement made it anew for another subject, as a foreign key permits.
CREATE OR REPLACE FUNCTION sminion.<<function>>() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  before text;
  anew   <<key_type>>;
BEGIN
  IF TG_OP = 'DELETE' THEN
<<anew>>
    RETURN NULL;
  END IF;
  PERFORM sminion.moved(<<subject>>);
<<children>>
  RETURN NULL;
END
$sminion$
