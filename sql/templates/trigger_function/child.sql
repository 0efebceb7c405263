-- Row trigger of <<table>>, whose subject is that of its parent: found, locked, and looked up once more, because the
-- parent may have moved to another subject while we waited for the lock. Without a parent nobody sees the row.
CREATE OR REPLACE FUNCTION sminion.<<function>>() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  permitted bigint;
  owner_key <<key_type>>;
  again_key <<key_type>>;
  had_key   <<key_type>>;
  written   xid;
  done      boolean;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    IF TG_OP = 'DELETE' THEN
      SELECT sminion.mask_in(s.*, <<schema>>) INTO permitted FROM sminion.subject_state s WHERE s.subject = <<old_subjects>> FOR SHARE;
<<nobody_delete>>      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY[<<old_subjects>>]);
      RETURN OLD;
    END IF;
    had_key := OLD.guard_subject;
  END IF;
  SELECT p.<<parent_subject>> INTO owner_key FROM <<parent>> p WHERE p.<<parent_key>> = NEW.<<column>>;
  LOOP
    permitted := 0;
<<nobody_write>>    EXIT WHEN owner_key IS NULL;
    SELECT sminion.mask_in(s.*, <<schema>>) INTO permitted FROM sminion.subject_state s WHERE s.subject = <<owner_subject>> FOR SHARE;
    IF NOT FOUND THEN
      -- A parent of our own transaction cannot move to another subject under us; any other must find a state to lock.
      SELECT p.xmin INTO written FROM <<parent>> p WHERE p.<<parent_key>> = NEW.<<column>>;
      permitted := sminion.first_sight(<<owner_subject>>, <<schema>>, settled => sminion.own_row(written) IS NOT TRUE);
    END IF;
    SELECT p.<<parent_subject>> INTO again_key FROM <<parent>> p WHERE p.<<parent_key>> = NEW.<<column>>;
    EXIT WHEN again_key IS NOT DISTINCT FROM owner_key;
    owner_key := again_key;
  END LOOP;
  -- It may also follow its parent to another subject. That a parent is gone says of whom the row is no less.
  IF had_key IS NOT NULL THEN
    IF had_key IS DISTINCT FROM owner_key AND (owner_key IS NOT NULL OR OLD.<<column>> IS DISTINCT FROM NEW.<<column>>) THEN
      done := sminion.permit_move(ARRAY[<<old_subjects>>], ARRAY[<<owner_subject>>], <<place>>, <<schema>>, <<above>>);
    END IF;
  END IF;
  NEW.guard_subject := owner_key;
  -- Read after the lock: a change that could not get it is in force all the same. What it denies is asked apart, as there is
  -- hardly ever one.
  PERFORM FROM sminion.pending_change c WHERE c.subject = <<owner_subject>>;
  IF FOUND THEN
    permitted := permitted & ~(
      SELECT coalesce(bit_or(c.denied), 0) FROM sminion.pending_change c WHERE c.subject = <<owner_subject>>);
  END IF;
  NEW.guard_mask := permitted;
  RETURN NEW;
END
$sminion$
