-- Roles that a login can become and that are neither of the policy nor above it (those are found by login_memberships), and
-- whether it is one directly. The database's owner is one of `pg_database_owner` without a grant.
SELECT l.rolname::text, r.rolname::text,
       EXISTS (SELECT FROM pg_catalog.pg_auth_members m WHERE m.member = l.oid AND m.roleid = r.oid)
FROM pg_catalog.pg_roles l
JOIN pg_catalog.pg_roles r ON r.oid <> l.oid AND pg_catalog.pg_has_role(l.oid, r.oid, 'MEMBER')
WHERE l.rolname = ANY (%(logins)s::name[]) AND NOT l.rolsuper AND r.rolname <> ALL (%(roles)s::name[])
  AND NOT (r.rolsuper OR r.rolcreaterole OR r.rolbypassrls OR r.rolreplication OR r.rolcreatedb
           OR r.rolname IN ('pg_read_all_data', 'pg_write_all_data', 'pg_execute_server_program', 'pg_read_server_files',
                            'pg_write_server_files', 'pg_database_owner', 'sminion_owner'))
ORDER BY 1, 2;
