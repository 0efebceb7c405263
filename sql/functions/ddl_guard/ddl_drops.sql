-- Event trigger: what was dropped. A protected table may go as a whole; of one that stays, no policy, trigger, column or index of
-- the guard goes, and nothing in schema `sminion`.
CREATE FUNCTION sminion.ddl_drops() RETURNS event_trigger
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $sminion$
DECLARE
  gone record;
BEGIN
  -- A migration of the guard, or a suspension that was committed: see sminion.ddl_migration.
  IF EXISTS (
    SELECT FROM pg_namespace n
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname IN ('ddl_migration', 'ddl_suspension')
    JOIN pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
    WHERE n.nspname = 'sminion' AND CASE
      WHEN c.relname = 'ddl_migration' THEN d.description = 'migration in transaction ' || pg_current_xact_id()
        -- Or a superuser's pg_restore, where the event triggers come before what they protect: see extension/end.sql.
        OR (d.description = 'a dump is being restored' AND current_setting('row_security') = 'off'
          AND (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user))
      WHEN d.description LIKE 'suspended until %' THEN
        split_part(d.description, ' ', 3)::timestamptz > clock_timestamp()
        AND split_part(d.description, ' ', 6) <> pg_current_xact_id()::text
      ELSE false END)
  THEN
    RETURN;
  END IF;
  FOR gone IN
    SELECT e.object_identity AS name, e.object_type AS kind,
           e.schema_name IS NOT DISTINCT FROM 'sminion' OR (e.object_type = 'schema' AND e.object_identity = 'sminion') AS own
    FROM pg_event_trigger_dropped_objects() e
    WHERE NOT e.is_temporary AND CASE
      WHEN e.schema_name = 'sminion' OR (e.object_type = 'schema' AND e.object_identity = 'sminion') THEN current_user <> 'sminion_owner'
      WHEN (e.object_type = 'policy' AND starts_with(e.address_names[3], 'guard_'))
        OR (e.object_type = 'trigger' AND starts_with(e.address_names[3], '~guard'))
        OR (e.object_type = 'table column' AND e.address_names[3] IN ('guard_mask', 'guard_subject'))
        OR (e.object_type = 'index' AND e.address_names[2] LIKE '%\_guard\_subject\_idx')
      THEN EXISTS (
        SELECT FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid
        WHERE n.nspname = e.address_names[1]
          AND c.relname = CASE e.object_type WHEN 'index' THEN regexp_replace(e.address_names[2], '_guard_subject_idx$', '')
                                             ELSE e.address_names[2] END
          AND (EXISTS (
              SELECT FROM pg_policy y WHERE y.polrelid = c.oid AND y.polname IN ('guard_untagged', 'guard_untagged_refused'))
            OR EXISTS (
              SELECT FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid JOIN pg_namespace g ON g.oid = f.pronamespace
              WHERE t.tgrelid = c.oid AND g.nspname = 'sminion')
            OR EXISTS (
              SELECT FROM pg_policy gp
              JOIN pg_depend gd ON gd.classid = 'pg_policy'::regclass AND gd.objid = gp.oid AND gd.refclassid = 'pg_proc'::regclass
              JOIN pg_proc gf ON gf.oid = gd.refobjid JOIN pg_namespace gn ON gn.oid = gf.pronamespace
              WHERE gp.polrelid = c.oid AND gp.polname IN ('guard_others', 'guard_floor') AND gn.nspname = 'sminion')))
      ELSE false END
  LOOP
    RAISE EXCEPTION USING ERRCODE = CASE WHEN gone.own THEN 'SG477' ELSE 'SG470' END,
      MESSAGE = format('%s `%s` is the guard''s, and would be dropped', gone.kind, gone.name),
      DETAIL = 'What protects the tables stands on it.',
      HINT = 'Change the policy and apply it, or remove the policy; or let an officer call '
        || 'sminion.suspend_ddl_guard(reason, until) before.';
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.ddl_drops() IS 'refuses to drop what protects tables that stay';
