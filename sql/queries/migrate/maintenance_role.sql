-- The role that may fill in masks and settle, for who is no superuser; NULL when the caller may already, or is no member.
SELECT a.rolname
FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) g
JOIN pg_catalog.pg_roles a ON a.oid = g.grantee
WHERE p.pronamespace = pg_catalog.to_regnamespace('sminion') AND p.proname = 'backfill' AND g.privilege_type = 'EXECUTE'
  AND a.rolname <> 'sminion_owner' AND pg_catalog.pg_has_role(current_user, a.oid, 'MEMBER')
  AND NOT (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = current_user);
