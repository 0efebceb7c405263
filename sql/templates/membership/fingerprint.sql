SELECT pg_catalog.concat_ws(' ',
  pg_catalog.pg_has_role(l.oid, r.oid, 'MEMBER'), pg_catalog.pg_has_role(l.oid, r.oid, 'USAGE'),
  pg_catalog.pg_has_role(l.oid, r.oid, 'MEMBER WITH ADMIN OPTION'))
FROM pg_catalog.pg_roles l, pg_catalog.pg_roles r
WHERE l.rolname = <<login_literal>> AND r.rolname = <<role_literal>>
  AND EXISTS (SELECT FROM pg_catalog.pg_auth_members m WHERE m.roleid = r.oid AND m.member = l.oid)
