-- As in holdings: first as the owner, then as whoever gave it.
DO $sminion$
DECLARE
  more   record;
  second boolean;
BEGIN
  FOREACH second IN ARRAY ARRAY[false, true] LOOP
    FOR more IN SELECT e.item, e.undo, e.grantor FROM sminion.guard_excess(<<expected>>::pg_catalog.jsonb, <<tables>>::pg_catalog.jsonb) e LOOP
      CONTINUE WHEN second AND more.grantor IS NULL;
      BEGIN
        IF second THEN
          PERFORM pg_catalog.set_config('role', more.grantor, true);
        END IF;
        EXECUTE more.undo;
        RAISE NOTICE 'taken away: %', more.item;
      EXCEPTION WHEN insufficient_privilege OR undefined_object OR invalid_grant_operation OR dependent_objects_still_exist THEN
        NULL;
      END;
      PERFORM pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
    END LOOP;
  END LOOP;
END
$sminion$
