-- Event trigger: after a GRANT, whoever holds anything on a protected table must be known to row security: a compartment, or a
-- role that `guard_others` refuses. PostgreSQL does not tell what a GRANT was about, so the tables are asked whose privileges
-- changed in this transaction, or in one that began after it.
CREATE FUNCTION sminion.ddl_on_grants() RETURNS event_trigger
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $sminion$
DECLARE
  held record;
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
  FOR held IN
    SELECT c.oid::regclass AS relation, CASE a.grantee WHEN 0 THEN 'everybody' ELSE format('`%s`', pg_get_userbyid(a.grantee)) END AS whose
    FROM pg_policy o
    JOIN pg_class c ON c.oid = o.polrelid
    CROSS JOIN LATERAL (
      SELECT x.grantee FROM aclexplode(c.relacl) x WHERE age(c.xmin) <= age(pg_current_xact_id()::xid)
      UNION ALL
      SELECT x.grantee FROM pg_attribute t CROSS JOIN LATERAL aclexplode(t.attacl) x
      WHERE t.attrelid = c.oid AND age(t.xmin) <= age(pg_current_xact_id()::xid)
    ) a
    WHERE o.polname = 'guard_others' AND a.grantee <> c.relowner
      AND NOT EXISTS (
        SELECT FROM pg_policy y
        WHERE y.polrelid = c.oid AND starts_with(y.polname::text, 'guard_') AND a.grantee = ANY (y.polroles) AND a.grantee <> 0)
      AND EXISTS (
        SELECT FROM pg_policy gp
        JOIN pg_depend gd ON gd.classid = 'pg_policy'::regclass AND gd.objid = gp.oid AND gd.refclassid = 'pg_proc'::regclass
        JOIN pg_proc gf ON gf.oid = gd.refobjid JOIN pg_namespace gn ON gn.oid = gf.pronamespace
        WHERE gp.polrelid = c.oid AND gp.polname IN ('guard_others', 'guard_floor') AND gn.nspname = 'sminion')
  LOOP
    RAISE EXCEPTION USING ERRCODE = 'SG474',
      MESSAGE = format('%s would get privileges on protected table `%s`', held.whose, held.relation),
      DETAIL = 'Row security does not name this role.',
      HINT = 'Give it a purpose in the policy; or let an officer call sminion.suspend_ddl_guard(reason, until), grant it, and '
        || 'run `sminion-guard apply`.';
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.ddl_on_grants() IS 'refuses privileges on protected tables for roles that row security does not name';
