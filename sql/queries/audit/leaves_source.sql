SELECT p.prosrc, r.rolname, p.proconfig
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_roles r ON r.oid = p.proowner
WHERE p.oid = 'sminion.leaves(bigint, bigint)'::pg_catalog.regprocedure
