-- Whether a superuser installs now what another role could not.
SELECT r.rolsuper AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_event_trigger e JOIN pg_catalog.pg_proc p ON p.oid = e.evtfoid
    WHERE p.pronamespace = pg_catalog.to_regnamespace('sminion'))
FROM pg_catalog.pg_roles r WHERE r.rolname = current_user;
