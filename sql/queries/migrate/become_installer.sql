-- For this transaction the installing role may act as `sminion_owner`; roles/release.sql takes it back at the end. With
-- inheritance, because who makes a trigger or policy must see the functions of schema `sminion`.
DO $sminion$
BEGIN
  IF pg_catalog.to_regnamespace('sminion') IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG409',
      MESSAGE = 'the guard is not installed in this database',
      HINT = 'Run `sminion-guard install` first.';
  END IF;
  IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
    IF pg_catalog.current_setting('server_version_num')::integer >= 160000 THEN
      EXECUTE pg_catalog.format('GRANT sminion_owner TO %I WITH INHERIT TRUE, SET TRUE', current_user);
    ELSIF (SELECT rolinherit FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
      EXECUTE pg_catalog.format('GRANT sminion_owner TO %I', current_user);
    ELSE
      -- Before 16 inheritance belongs to the role, and we do not change the role of a DBA.
      RAISE EXCEPTION USING ERRCODE = 'SG413',
        MESSAGE = pg_catalog.format('the installing role `%s` does not inherit', current_user),
        DETAIL = 'It makes triggers and policies that call functions of schema `sminion`.',
        HINT = pg_catalog.format('ALTER ROLE %I INHERIT, or install as another role.', current_user);
    END IF;
  END IF;
  -- The event triggers let pass what this transaction does: see sminion.ddl_migration.
  EXECUTE pg_catalog.format('COMMENT ON TABLE sminion.ddl_migration IS %L', 'migration in transaction ' || pg_catalog.pg_current_xact_id());
END
$sminion$;
SELECT pg_catalog.set_config('sminion.installer', current_user, true);
