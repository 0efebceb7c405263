-- Logins of the policy that can become its role for dumps, or have its rights, or could give them to themselves. Whoever may own
-- what is protected may have made the role, and so can grant it (from 16 on).
SELECT l.rolname::text
FROM pg_catalog.pg_roles l
JOIN pg_catalog.pg_roles b ON b.rolname = %(backup)s
WHERE l.rolname = ANY (%(logins)s::name[]) AND NOT l.rolsuper
  AND (pg_catalog.pg_has_role(l.oid, b.oid, 'USAGE')
       OR pg_catalog.pg_has_role(l.oid, b.oid, CASE WHEN pg_catalog.current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END)
       OR (l.rolname <> ALL (%(owners)s::name[]) AND pg_catalog.pg_has_role(l.oid, b.oid, 'MEMBER WITH ADMIN OPTION')))
ORDER BY 1;
