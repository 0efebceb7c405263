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
BEGIN
  IF TG_OP = 'DELETE' THEN
    SELECT s.mask INTO permitted FROM sminion.subject_state s WHERE s.subject = OLD.guard_subject::text FOR SHARE;
    PERFORM sminion.permit_delete(coalesce(permitted, 0));
    RETURN OLD;
  END IF;
  SELECT p.<<parent_subject>> INTO owner_key FROM <<parent>> p WHERE p.<<parent_key>> = NEW.<<column>>;
  LOOP
    permitted := 0;
    EXIT WHEN owner_key IS NULL;
    SELECT s.mask INTO permitted FROM sminion.subject_state s WHERE s.subject = owner_key::text FOR SHARE;
    IF NOT FOUND THEN
      permitted := sminion.first_sight(owner_key::text);
    END IF;
    SELECT p.<<parent_subject>> INTO again_key FROM <<parent>> p WHERE p.<<parent_key>> = NEW.<<column>>;
    EXIT WHEN again_key IS NOT DISTINCT FROM owner_key;
    owner_key := again_key;
  END LOOP;
  NEW.guard_subject := owner_key;
  NEW.guard_mask := permitted;
  RETURN NEW;
END
$sminion$
