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
  done      boolean;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    IF TG_OP = 'DELETE' THEN
<<delete_masks>>
      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY[<<old_subjects>>]);
      RETURN OLD;
    ELSIF <<moves>> THEN
      done := sminion.permit_move(ARRAY[<<old_subjects>>], ARRAY[<<new_subjects>>], <<place>>, <<schema>>, <<above>>);
    END IF;
  END IF;
<<write_masks>>
  -- Read after the locks: a change that could not get one is in force all the same. There is hardly ever one, so what it denies
  -- is asked apart: an aggregate would cost each row as much as the lock.
  PERFORM FROM sminion.pending_change c WHERE c.subject IN (<<new_subjects>>);
  IF FOUND THEN
    permitted := permitted & ~(
      SELECT coalesce(bit_or(c.denied), 0) FROM sminion.pending_change c WHERE c.subject IN (<<new_subjects>>));
  END IF;
  NEW.guard_mask := permitted;
  RETURN NEW;
END
$sminion$
