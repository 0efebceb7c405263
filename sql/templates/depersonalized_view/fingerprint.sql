SELECT pg_catalog.concat_ws(' | ', pg_catalog.array_to_string(c.reloptions, ', '), w.rolname, pg_catalog.pg_get_viewdef(c.oid),
  (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', a.privilege_type, r.rolname), ', ' ORDER BY a.privilege_type, r.rolname)
   FROM pg_catalog.aclexplode(c.relacl) a LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee WHERE a.grantee <> c.relowner),
  (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', t.attname, a.privilege_type, r.rolname), ', ' ORDER BY t.attnum, a.privilege_type, r.rolname)
   FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
   LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee WHERE t.attrelid = c.oid))
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_roles w ON w.oid = c.relowner
WHERE c.oid = pg_catalog.to_regclass(<<view_literal>>) AND c.relkind = 'v'
