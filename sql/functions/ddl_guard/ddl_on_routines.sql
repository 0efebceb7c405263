-- Event trigger: functions that act with the rights of somebody above row security, and whose text names a protected table. A body
-- that finds its tables in another way is not seen here: `plan` names all that everybody or a login may call (SG434).
CREATE FUNCTION sminion.ddl_on_routines() RETURNS event_trigger
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
    SELECT p.oid::regprocedure AS name, pg_get_userbyid(p.proowner) AS owner, o.polrelid::regclass AS relation
    FROM pg_event_trigger_ddl_commands() e
    JOIN pg_proc p ON e.classid = 'pg_proc'::regclass AND p.oid = e.objid
    JOIN pg_roles r ON r.oid = p.proowner
    JOIN pg_namespace s ON s.oid = p.pronamespace
    JOIN pg_policy o ON o.polname = 'guard_others'
    JOIN pg_class c ON c.oid = o.polrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE p.prosecdef AND (r.rolsuper OR r.rolbypassrls) AND NOT e.in_extension AND s.nspname <> 'sminion'
      AND (EXISTS (
             SELECT FROM pg_depend d
             WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid)
           OR (strpos(lower(p.prosrc), lower(c.relname)) > 0
               AND strpos(lower(concat_ws(' ', p.prosrc, p.proconfig::text, s.nspname)), lower(n.nspname)) > 0))
      AND EXISTS (
        SELECT FROM pg_policy gp
        JOIN pg_depend gd ON gd.classid = 'pg_policy'::regclass AND gd.objid = gp.oid AND gd.refclassid = 'pg_proc'::regclass
        JOIN pg_proc gf ON gf.oid = gd.refobjid JOIN pg_namespace gn ON gn.oid = gf.pronamespace
        WHERE gp.polrelid = c.oid AND gp.polname IN ('guard_others', 'guard_floor') AND gn.nspname = 'sminion')
  LOOP
    RAISE EXCEPTION USING ERRCODE = 'SG475',
      MESSAGE = format('function `%s` would read or write protected table `%s` as `%s`', made.name, made.relation, made.owner),
      DETAIL = 'It acts as its owner, to whom no row security applies.',
      HINT = 'Make it SECURITY INVOKER, or give it to another role; or let an officer call '
        || 'sminion.suspend_ddl_guard(reason, until) before.';
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.ddl_on_routines() IS 'refuses definer functions above row security that name protected tables';
