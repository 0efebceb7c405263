-- Accounts outside of the policy that can become a predefined role which reads, writes or copies past grants. Logins of the policy
-- are for the check `logins`; the first superuser and superusers need no such role.
SELECT l.rolname::text, m.rolname::text
FROM pg_catalog.pg_roles l
JOIN pg_catalog.pg_roles m ON m.rolname IN (
    'pg_read_all_data', 'pg_write_all_data', 'pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program',
    'pg_create_subscription', 'pg_maintain')
  AND pg_catalog.pg_has_role(l.oid, m.oid, 'MEMBER')
WHERE l.rolcanlogin AND NOT l.rolsuper AND l.rolname <> session_user AND l.rolname <> ALL (%(logins)s::name[])
ORDER BY 1, 2;
