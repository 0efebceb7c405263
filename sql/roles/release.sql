-- The migration is over for the event triggers too: see sminion.ddl_migration.
SELECT pg_catalog.set_config('role', 'sminion_owner', true);
COMMENT ON TABLE sminion.ddl_migration IS 'no migration of the guard is at work';
-- Back to the installing role, which gives up its membership: from here on nobody can act as `sminion_owner`.
SELECT pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
DO $sminion$
BEGIN
  IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
    EXECUTE pg_catalog.format('REVOKE sminion_owner FROM %I', current_user);
  END IF;
END
$sminion$;
