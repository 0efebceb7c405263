-- Event trigger: publications. Whoever subscribes to a protected table gets all its rows: no ticket and no policy applies.
CREATE FUNCTION sminion.ddl_on_publications() RETURNS event_trigger
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
    SELECT p.pubname, c.oid::regclass AS relation
    FROM (
      SELECT CASE e.classid
        WHEN 'pg_publication'::regclass THEN e.objid
        WHEN 'pg_publication_rel'::regclass THEN (SELECT r.prpubid FROM pg_publication_rel r WHERE r.oid = e.objid)
        ELSE (SELECT s.pnpubid FROM pg_publication_namespace s WHERE s.oid = e.objid) END
      FROM pg_event_trigger_ddl_commands() e
    ) AS x (oid)
    JOIN pg_publication p ON p.oid = x.oid
    JOIN pg_publication_tables t ON t.pubname = p.pubname
    JOIN pg_namespace n ON n.nspname = t.schemaname
    JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.tablename
    WHERE EXISTS (
        SELECT FROM pg_policy gp
        JOIN pg_depend gd ON gd.classid = 'pg_policy'::regclass AND gd.objid = gp.oid AND gd.refclassid = 'pg_proc'::regclass
        JOIN pg_proc gf ON gf.oid = gd.refobjid JOIN pg_namespace gn ON gn.oid = gf.pronamespace
        WHERE gp.polrelid = c.oid AND gp.polname IN ('guard_others', 'guard_floor') AND gn.nspname = 'sminion')
  LOOP
    RAISE EXCEPTION USING ERRCODE = 'SG476',
      MESSAGE = format('publication `%s` would carry protected table `%s`', made.pubname, made.relation),
      DETAIL = 'A subscriber gets all rows, of blocked people too.',
      HINT = 'Leave it out, or protect the subscriber by a policy too and let an officer call '
        || 'sminion.suspend_ddl_guard(reason, until) before.';
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.ddl_on_publications() IS 'refuses publications of protected tables';
