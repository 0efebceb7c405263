-- Row trigger of <<table>>: whatever the client sent, the mask is that of the subject's state, read under its share lock.
-- Definer, because neither states nor parents are for purposes to read.
CREATE OR REPLACE FUNCTION sminion.<<function>>() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  permitted bigint := -1;
  one       bigint;
BEGIN
  IF TG_OP = 'DELETE' THEN
<<delete_masks>>
    PERFORM sminion.permit_delete(permitted);
    RETURN OLD;
  END IF;
<<write_masks>>
  NEW.guard_mask := permitted;
  RETURN NEW;
END
$sminion$
