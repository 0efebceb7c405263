-- Roles that can give themselves a compartment: before 16, each with CREATEROLE (and those that can become one); from 16 on
-- those that may grant it. Logins of the policy are refused for it, and the role that asks is the one that installs.
SELECT r.rolname::text
FROM pg_catalog.pg_roles r
WHERE NOT r.rolsuper AND r.rolname <> ALL (%(logins)s::name[]) AND r.rolname <> current_user
  AND r.rolname !~ '^pg_'
  AND CASE WHEN pg_catalog.current_setting('server_version_num')::integer < 160000
    THEN EXISTS (SELECT FROM pg_catalog.pg_roles m WHERE m.rolcreaterole AND NOT m.rolsuper AND pg_catalog.pg_has_role(r.oid, m.oid, 'MEMBER'))
    ELSE EXISTS (
      SELECT FROM pg_catalog.pg_auth_members m
      JOIN pg_catalog.pg_roles c ON c.oid = m.roleid AND c.rolname = ANY (%(roles)s::name[])
      WHERE m.admin_option AND pg_catalog.pg_has_role(r.oid, m.member, 'MEMBER')) END
ORDER BY 1;
