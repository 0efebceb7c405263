-- Roles that a login can become and that are above any policy: by attribute, by what PostgreSQL gives them, or as owner of
-- schema `sminion`.
SELECT l.rolname::text, r.rolname::text
FROM pg_catalog.pg_roles l
JOIN pg_catalog.pg_roles r ON r.oid <> l.oid AND pg_catalog.pg_has_role(l.oid, r.oid, 'MEMBER')
WHERE l.rolname = ANY (%(logins)s::name[]) AND NOT l.rolsuper
  AND (r.rolsuper OR r.rolcreaterole OR r.rolbypassrls OR r.rolreplication OR r.rolcreatedb
       OR r.rolname IN ('pg_read_all_data', 'pg_write_all_data', 'pg_execute_server_program', 'pg_read_server_files',
                        'pg_write_server_files', 'sminion_owner'))
ORDER BY 1, 2;
