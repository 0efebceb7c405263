-- Asked of the catalog itself and not of a function of the guard, which may be what was altered.
SELECT p.oid::pg_catalog.regprocedure::text, p.prosrc
FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace
ORDER BY 1;
