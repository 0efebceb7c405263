-- The application's policies on <<table>> that the policy adopts. One for everybody binds compartments as it is. One for
-- certain roles does not: a session acts as a compartment, which is none of them. So each gets a twin for the compartments,
-- with the same condition, that asks for the login of the session. A login that lost its inheritance to the guard counts as
-- a member where the policy restricts, and as none where it permits.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := <<table_literal>>;
  before CONSTANT text := pg_catalog.current_setting('search_path');
  own    record;
  asks   text;
BEGIN
  -- Conditions are written out with the schema of every name.
  PERFORM pg_catalog.set_config('search_path', 'pg_catalog', true);
  FOR own IN SELECT p.polname FROM pg_catalog.pg_policy p WHERE p.polrelid = target AND p.polname LIKE 'guard\_twin\_%' LOOP
    EXECUTE pg_catalog.format('DROP POLICY %I ON %s', own.polname, target);
  END LOOP;
  FOR own IN
    SELECT p.polname, p.polpermissive, p.polroles,
           CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END AS command,
           pg_catalog.pg_get_expr(p.polqual, p.polrelid) AS seen, pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) AS written
    FROM pg_catalog.pg_policy p
    WHERE p.polrelid = target AND p.polname = ANY (<<adopted>>::pg_catalog.name[]) AND 0 <> ALL (p.polroles)
  LOOP
    asks := (SELECT pg_catalog.string_agg(pg_catalog.format('pg_catalog.pg_has_role(session_user, %L, %L)', r.rolname,
                                            CASE WHEN own.polpermissive THEN 'USAGE' ELSE 'MEMBER' END), ' OR ' ORDER BY r.rolname)
             FROM pg_catalog.pg_roles r WHERE r.oid = ANY (own.polroles));
    asks := pg_catalog.format(CASE WHEN own.polpermissive THEN '(SELECT %s) AND' ELSE 'NOT (SELECT %s) OR' END, asks);
    EXECUTE pg_catalog.format('CREATE POLICY %I ON %s AS %s FOR %s TO <<roles>>', 'guard_twin_' || pg_catalog.md5(own.polname), target,
        CASE WHEN own.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END, own.command)
      || CASE WHEN own.seen IS NULL THEN '' ELSE pg_catalog.format(' USING (%s (%s))', asks, own.seen) END
      || CASE WHEN own.written IS NULL THEN '' ELSE pg_catalog.format(' WITH CHECK (%s (%s))', asks, own.written) END;
  END LOOP;
  PERFORM pg_catalog.set_config('search_path', before, true);
END
$sminion$
