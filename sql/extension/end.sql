-- A dump has the extension by its name, and of its tables only the rows that are asked for here. What the installation itself
-- writes is written again where the extension is created; the last three tables have no columns.
DO $sminion$
DECLARE
  kept pg_catalog.regclass;
BEGIN
  FOR kept IN
    SELECT c.oid FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_extension x ON x.oid = d.refobjid AND x.extname = 'sminion_guard'
    JOIN pg_catalog.pg_class c ON c.oid = d.objid
    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
      AND d.deptype = 'e' AND c.relkind IN ('r', 'S') AND c.relpersistence = 'p'
      AND c.relname NOT IN ('guard_object', 'maintenance_state', 'ddl_migration', 'new_writer', 'register_lock')
    ORDER BY c.relname
  LOOP
    PERFORM pg_catalog.pg_extension_config_dump(kept, '');
  END LOOP;
  -- pg_restore creates the extension first, with the event triggers, and then what they protect. It has row_security off, as
  -- every dump says. Until the first maintenance or `apply` the event triggers let a superuser pass who has that setting, and
  -- nobody else.
  IF pg_catalog.current_setting('row_security') = 'off' AND EXISTS (
    SELECT FROM pg_catalog.pg_event_trigger e JOIN pg_catalog.pg_proc p ON p.oid = e.evtfoid
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace)
  THEN
    PERFORM pg_catalog.set_config('role', 'sminion_owner', true);
    COMMENT ON TABLE sminion.ddl_migration IS 'a dump is being restored';
    PERFORM pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
  END IF;
END
$sminion$;
