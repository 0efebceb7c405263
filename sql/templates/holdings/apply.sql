-- What the role holds beside the policy is taken away. A privilege that another than the owner gave outlives the owner's
-- REVOKE, so what is left is taken away as whoever gave it, where the installing role may. What is left then is named at
-- the end of `apply`, which refuses.
DO $sminion$
DECLARE
  more   record;
  second boolean;
BEGIN
  FOREACH second IN ARRAY ARRAY[false, true] LOOP
    FOR more IN SELECT e.item, e.undo, e.grantor FROM sminion.role_excess(<<role_literal>>, <<expected>>::pg_catalog.jsonb) e LOOP
      CONTINUE WHEN more.undo IS NULL OR (second AND more.grantor IS NULL);
      BEGIN
        IF second THEN
          PERFORM pg_catalog.set_config('role', more.grantor, true);
        END IF;
        EXECUTE more.undo;
        RAISE NOTICE 'taken away: compartment % also held %', <<role_literal>>, more.item;
      EXCEPTION WHEN insufficient_privilege OR undefined_object OR invalid_grant_operation OR dependent_objects_still_exist THEN
        NULL;
      END;
      PERFORM pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
    END LOOP;
  END LOOP;
END
$sminion$
