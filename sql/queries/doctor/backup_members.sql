-- Accounts outside of the policy that can become its role for dumps. Superusers need no such role.
SELECT l.rolname::text
FROM pg_catalog.pg_roles l
JOIN pg_catalog.pg_roles b ON b.rolname = %(backup)s
  AND pg_catalog.pg_has_role(l.oid, b.oid, 'MEMBER')
WHERE l.rolcanlogin AND NOT l.rolsuper AND l.rolname <> ALL (%(logins)s::name[])
ORDER BY 1;
