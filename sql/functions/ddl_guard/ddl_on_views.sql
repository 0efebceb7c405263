-- Event trigger: views and materialized views that were made or altered. A view over a protected table must read as its caller:
-- else it reads with the privileges and policies of its owner. A materialized view keeps what its owner saw, for everybody.
-- Temporary ones are for their own session.
CREATE FUNCTION sminion.ddl_on_views() RETURNS event_trigger
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
    WITH RECURSIVE below (view, kind, relation) AS (
      SELECT c.oid, c.relkind, c.oid
      FROM pg_event_trigger_ddl_commands() e
      JOIN pg_class c ON e.classid = 'pg_class'::regclass AND c.oid = e.objid
      WHERE c.relpersistence <> 't' AND (c.relkind = 'm' OR (c.relkind = 'v' AND NOT EXISTS (
        SELECT FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'security_invoker' AND o.option_value::boolean)))
      UNION
      -- A view below another one reads as it says itself; a materialized view keeps what comes from anywhere.
      SELECT b.view, b.kind, k.oid
      FROM below b
      JOIN pg_rewrite w ON w.ev_class = b.relation AND (b.kind = 'm' OR b.relation = b.view)
      JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
      JOIN pg_class k ON k.oid = d.refobjid
    )
    SELECT b.view::regclass AS view, b.kind, b.relation::regclass AS relation FROM below b
    WHERE b.relation <> b.view AND EXISTS (
        SELECT FROM pg_policy gp
        JOIN pg_depend gd ON gd.classid = 'pg_policy'::regclass AND gd.objid = gp.oid AND gd.refclassid = 'pg_proc'::regclass
        JOIN pg_proc gf ON gf.oid = gd.refobjid JOIN pg_namespace gn ON gn.oid = gf.pronamespace
        WHERE gp.polrelid = b.relation AND gp.polname IN ('guard_others', 'guard_floor') AND gn.nspname = 'sminion')
  LOOP
    RAISE EXCEPTION USING ERRCODE = 'SG472',
      MESSAGE = CASE made.kind WHEN 'm' THEN format('materialized view `%s` would keep rows of protected table `%s`', made.view, made.relation)
        ELSE format('view `%s` would read protected table `%s` as its owner', made.view, made.relation) END,
      DETAIL = 'No ticket, block or consent of whoever reads it would count.',
      HINT = CASE made.kind WHEN 'm' THEN 'Use a view WITH (security_invoker)' ELSE 'Make it WITH (security_invoker)' END
        || '; or let an officer call sminion.suspend_ddl_guard(reason, until) before.';
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.ddl_on_views() IS 'refuses views over protected tables that do not read as their caller';
