-- The roles of the cluster, with what puts a role above any policy.
SELECT r.rolname::text, r.rolcanlogin,
       pg_catalog.array_remove(ARRAY[
         CASE WHEN r.rolsuper THEN 'SUPERUSER' END, CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END,
         CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END, CASE WHEN r.rolreplication THEN 'REPLICATION' END,
         CASE WHEN r.rolcreatedb THEN 'CREATEDB' END], NULL)
FROM pg_catalog.pg_roles r
ORDER BY r.rolname;
