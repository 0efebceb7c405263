-- Event trigger: tables that were made or altered. A protected one must be as the guard made it; a parent of one, or a child,
-- must be guarded too; and a new table of a protected schema is closed until a policy names it.
--
-- Like all functions of the DDL guard it runs as whoever trips it, a superuser too. So it belongs to a superuser (see
-- ddl_guard.sql), reads nothing but system catalogs, calls nothing but pg_catalog, and changes only the table just made.
-- What is guarded is told by a policy that calls a function of the guard: such a policy can only be made by a migration.
CREATE FUNCTION sminion.ddl_on_tables() RETURNS event_trigger
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $sminion$
DECLARE
  made    record;
  guarded boolean;
  fault   text;
  loose   regclass;
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
    SELECT c.oid, c.oid::regclass AS name, c.relnamespace, c.relispartition,
           bool_or(e.command_tag NOT LIKE 'ALTER %' AND NOT e.in_extension) AS new
    FROM pg_event_trigger_ddl_commands() e
    JOIN pg_class c ON e.classid = 'pg_class'::regclass AND c.oid = e.objid
    WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't'
    GROUP BY c.oid
  LOOP
    -- A question of its own: as a part of the one before, it was asked of all tables, which took milliseconds.
    guarded := EXISTS (
      SELECT FROM pg_policy gp
      JOIN pg_depend gd ON gd.classid = 'pg_policy'::regclass AND gd.objid = gp.oid AND gd.refclassid = 'pg_proc'::regclass
      JOIN pg_proc gf ON gf.oid = gd.refobjid JOIN pg_namespace gn ON gn.oid = gf.pronamespace
      WHERE gp.polrelid = made.oid AND gp.polname IN ('guard_others', 'guard_floor') AND gn.nspname = 'sminion');
    IF guarded THEN
      SELECT CASE
        WHEN NOT (c.relrowsecurity AND c.relforcerowsecurity) THEN 'its row security would not be enabled and forced'
        WHEN EXISTS (
          SELECT FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid JOIN pg_namespace g ON g.oid = f.pronamespace
          WHERE t.tgrelid = c.oid AND g.nspname = 'sminion' AND t.tgenabled <> 'A') THEN 'a trigger of the guard would be disabled'
        WHEN EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = '~guard_row')
          AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'guard_mask')
          THEN 'its column `guard_mask` would have another name'
        WHEN c.relowner <> ALL (o.polroles) THEN format('it would belong to `%s`', pg_get_userbyid(c.relowner))
        WHEN obj_description(o.oid, 'pg_policy') <> format('sminion_guard: %I.%I', n.nspname, c.relname)
          THEN 'the policy knows it by another name'
        END INTO fault
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_policy o ON o.polrelid = c.oid AND o.polname = 'guard_others'
      WHERE c.oid = made.oid;
      IF fault IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SG470',
          MESSAGE = format('`%s` is a protected table, and the statement would weaken it', made.name),
          DETAIL = format('After it, %s.', fault),
          HINT = 'Change the policy and apply it; or let an officer call sminion.suspend_ddl_guard(reason, until) before.';
      END IF;
    ELSIF EXISTS (
      SELECT FROM pg_policy u JOIN pg_class c ON c.oid = u.polrelid
      WHERE u.polrelid = made.oid AND u.polname = 'guard_untagged' AND NOT (c.relrowsecurity AND c.relforcerowsecurity))
    THEN
      RAISE EXCEPTION USING ERRCODE = 'SG470',
        MESSAGE = format('`%s` is closed until a policy names it, and the statement would open it', made.name),
        HINT = 'Name it in the policy and apply it; or let an officer call sminion.suspend_ddl_guard(reason, until) before.';
    END IF;

    -- Row security of a parent is that of its parent, and a child is written without the triggers of its parent.
    IF EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = made.oid OR i.inhparent = made.oid) THEN
      SELECT i.other::regclass INTO loose
      FROM (
        SELECT h.inhrelid AS other, NOT c.relispartition AS plain, false AS above
        FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid WHERE h.inhparent = made.oid
        UNION ALL
        SELECT h.inhparent, NOT c.relispartition, true
        FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid WHERE h.inhrelid = made.oid
      ) i
      WHERE (i.plain OR guarded = i.above)
        AND guarded <> EXISTS (
          SELECT FROM pg_policy gp
          JOIN pg_depend gd ON gd.classid = 'pg_policy'::regclass AND gd.objid = gp.oid AND gd.refclassid = 'pg_proc'::regclass
          JOIN pg_proc gf ON gf.oid = gd.refobjid JOIN pg_namespace gn ON gn.oid = gf.pronamespace
          WHERE gp.polrelid = i.other AND gp.polname IN ('guard_others', 'guard_floor') AND gn.nspname = 'sminion')
      LIMIT 1;
    ELSE
      loose := NULL;
    END IF;
    IF loose IS NOT NULL THEN
      RAISE EXCEPTION USING ERRCODE = 'SG471',
        MESSAGE = CASE WHEN guarded THEN format('protected table `%s` and `%s`, which is not, would share rows', made.name, loose)
          ELSE format('protected table `%s` and `%s`, which is not, would share rows', loose, made.name) END,
        DETAIL = 'Through a parent rows are read without the row security of its children, and a child is written without '
          || 'the triggers of its parent.',
        HINT = 'Let them share no rows; or let an officer call sminion.suspend_ddl_guard(reason, until) before.';
    END IF;

    -- CASE: so that only policies of the schema are looked at closely.
    CONTINUE WHEN NOT guarded AND (NOT made.new OR NOT EXISTS (
      SELECT FROM pg_policy y JOIN pg_class k ON k.oid = y.polrelid
      WHERE y.polname = 'guard_others' AND CASE WHEN k.relnamespace = made.relnamespace THEN EXISTS (
          SELECT FROM pg_policy gp
          JOIN pg_depend gd ON gd.classid = 'pg_policy'::regclass AND gd.objid = gp.oid AND gd.refclassid = 'pg_proc'::regclass
          JOIN pg_proc gf ON gf.oid = gd.refobjid JOIN pg_namespace gn ON gn.oid = gf.pronamespace
          WHERE gp.polrelid = k.oid AND gp.polname IN ('guard_others', 'guard_floor') AND gn.nspname = 'sminion') ELSE false END
    ) AND NOT (made.relispartition AND EXISTS (
      SELECT FROM pg_partition_ancestors(made.oid) a WHERE EXISTS (
          SELECT FROM pg_policy gp
          JOIN pg_depend gd ON gd.classid = 'pg_policy'::regclass AND gd.objid = gp.oid AND gd.refclassid = 'pg_proc'::regclass
          JOIN pg_proc gf ON gf.oid = gd.refobjid JOIN pg_namespace gn ON gn.oid = gf.pronamespace
          WHERE gp.polrelid = a.relid AND gp.polname IN ('guard_others', 'guard_floor') AND gn.nspname = 'sminion')
    )));
    FOR loose IN
      SELECT c.oid::regclass FROM pg_class c
      WHERE c.oid IN (SELECT made.oid WHERE NOT guarded UNION ALL SELECT i.inhrelid FROM pg_inherits i WHERE guarded AND i.inhparent = made.oid)
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity) AND c.relkind IN ('r', 'p')
    LOOP
      -- The permissive one is needed for the other to be asked. A constant, so that it raises while a statement is planned.
      EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', loose);
      EXECUTE format('CREATE POLICY guard_untagged ON %s AS RESTRICTIVE USING ((%L::text)::boolean)', loose,
        format('%s is closed until a privacy policy names it (SG470)', loose));
      EXECUTE format('CREATE POLICY guard_untagged_refused ON %s USING (false)', loose);
    END LOOP;
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.ddl_on_tables() IS 'refuses DDL that weakens protected tables, and closes new ones';
