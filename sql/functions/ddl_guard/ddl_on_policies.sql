-- Event trigger: row security policies and triggers that were made or altered, and comments on policies. On a protected table
-- there are none but the guard's and those that a policy adopts; a trigger that fires after the guard's could change the mask
-- that it computed. Elsewhere no policy may call a function of the guard: that is how the guard knows its own tables.
CREATE FUNCTION sminion.ddl_on_policies() RETURNS event_trigger
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
    SELECT c.oid::regclass AS relation, y.polname AS name, 'policy' AS kind
    FROM pg_event_trigger_ddl_commands() e
    JOIN pg_policy y ON e.classid = 'pg_policy'::regclass AND y.oid = e.objid
    JOIN pg_class c ON c.oid = y.polrelid
    WHERE (e.command_tag <> 'COMMENT' OR y.polname = 'guard_others')
      AND ((e.command_tag = 'ALTER POLICY' AND EXISTS (
          SELECT FROM pg_policy u WHERE u.polrelid = c.oid AND u.polname IN ('guard_untagged', 'guard_untagged_refused')))
        -- Altered, `guard_others` calls no function of the guard any more, and nothing else would know the table.
        OR (e.command_tag = 'ALTER POLICY' AND EXISTS (
          SELECT FROM pg_policy o
          WHERE o.polrelid = c.oid AND o.polname = 'guard_others' AND obj_description(o.oid, 'pg_policy') LIKE 'sminion\_guard: %'))
        OR EXISTS (
        SELECT FROM pg_policy gp
        JOIN pg_depend gd ON gd.classid = 'pg_policy'::regclass AND gd.objid = gp.oid AND gd.refclassid = 'pg_proc'::regclass
        JOIN pg_proc gf ON gf.oid = gd.refobjid JOIN pg_namespace gn ON gn.oid = gf.pronamespace
        WHERE gp.polrelid = c.oid AND gp.polname IN ('guard_others', 'guard_floor') AND gn.nspname = 'sminion')
        OR EXISTS (
          SELECT FROM pg_depend d JOIN pg_proc f ON f.oid = d.refobjid JOIN pg_namespace g ON g.oid = f.pronamespace
          WHERE d.classid = 'pg_policy'::regclass AND d.objid = y.oid AND d.refclassid = 'pg_proc'::regclass AND g.nspname = 'sminion'))
    UNION ALL
    SELECT t.tgrelid::regclass, t.tgname, 'trigger'
    FROM pg_event_trigger_ddl_commands() e
    JOIN pg_trigger t ON e.classid = 'pg_trigger'::regclass AND t.oid = e.objid AND e.command_tag <> 'COMMENT'
    JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE (t.tgname::text COLLATE "C" >= '~guard' OR n.nspname = 'sminion')
      AND EXISTS (
        SELECT FROM pg_policy gp
        JOIN pg_depend gd ON gd.classid = 'pg_policy'::regclass AND gd.objid = gp.oid AND gd.refclassid = 'pg_proc'::regclass
        JOIN pg_proc gf ON gf.oid = gd.refobjid JOIN pg_namespace gn ON gn.oid = gf.pronamespace
        WHERE gp.polrelid = t.tgrelid AND gp.polname IN ('guard_others', 'guard_floor') AND gn.nspname = 'sminion')
  LOOP
    RAISE EXCEPTION USING ERRCODE = 'SG473',
      MESSAGE = format('%s `%s` on `%s` would not be the guard''s', made.kind, made.name, made.relation),
      DETAIL = CASE made.kind WHEN 'trigger' THEN 'It would take the place of a trigger of the guard, or fire after it.'
        ELSE 'Row security of protected tables, and policies that call functions of the guard, come from the privacy policy.' END,
      HINT = CASE made.kind WHEN 'trigger' THEN 'Give it a name before `~`' ELSE 'Adopt it by `adopt_policies` of its table' END
        || '; or let an officer call sminion.suspend_ddl_guard(reason, until) before.';
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.ddl_on_policies() IS 'refuses policies and triggers on protected tables that are not the guard and take its place';
