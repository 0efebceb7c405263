-- Event trigger: schema `sminion` itself, and the schemas of protected tables. Only the guard's own functions and its migrations
-- change what is in `sminion`; a protected schema keeps its name and its owner.
CREATE FUNCTION sminion.ddl_on_guard() RETURNS event_trigger
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $sminion$
DECLARE
  made record;
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
  FOR made IN
    SELECT e.object_identity AS name, e.classid = 'pg_namespace'::regclass AND e.schema_name IS DISTINCT FROM 'sminion'
             AND e.object_identity <> 'sminion' AS schema
    FROM pg_event_trigger_ddl_commands() e
    WHERE (e.schema_name = 'sminion' AND current_user <> 'sminion_owner')
       OR (e.classid = 'pg_namespace'::regclass AND e.command_tag = 'ALTER SCHEMA' AND (e.object_identity = 'sminion' OR EXISTS (
         SELECT FROM pg_policy o JOIN pg_class c ON c.oid = o.polrelid
         WHERE o.polname = 'guard_others' AND c.relnamespace = e.objid
           AND EXISTS (
             SELECT FROM pg_policy gp
             JOIN pg_depend gd ON gd.classid = 'pg_policy'::regclass AND gd.objid = gp.oid AND gd.refclassid = 'pg_proc'::regclass
             JOIN pg_proc gf ON gf.oid = gd.refobjid JOIN pg_namespace gn ON gn.oid = gf.pronamespace
             WHERE gp.polrelid = c.oid AND gp.polname IN ('guard_others', 'guard_floor') AND gn.nspname = 'sminion'))))
  LOOP
    RAISE EXCEPTION USING ERRCODE = 'SG477',
      MESSAGE = CASE WHEN made.schema THEN format('schema `%s` holds protected tables, and would get another name or owner', made.name)
        ELSE format('`%s` is the guard''s own', made.name) END,
      DETAIL = CASE WHEN made.schema THEN 'The policy knows the schema by its name.' ELSE 'What protects the tables stands on it.' END,
      HINT = 'Let an officer call sminion.suspend_ddl_guard(reason, until) before; `sminion-guard plan` tells what changed.';
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.ddl_on_guard() IS 'refuses changes of the guard itself, and of the schemas of protected tables';
