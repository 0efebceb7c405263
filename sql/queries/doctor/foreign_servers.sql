-- Servers and wrappers by which rows go elsewhere, and who of everybody and the logins may use them.
SELECT w.kind, w.name, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(g.rolname) END
FROM (
  SELECT 'FOREIGN SERVER', s.srvname, s.srvacl FROM pg_catalog.pg_foreign_server s
  UNION ALL
  SELECT 'FOREIGN DATA WRAPPER', f.fdwname, f.fdwacl FROM pg_catalog.pg_foreign_data_wrapper f
) AS w (kind, name, acl)
CROSS JOIN LATERAL pg_catalog.aclexplode(w.acl) a
LEFT JOIN pg_catalog.pg_roles g ON g.oid = a.grantee
WHERE a.privilege_type = 'USAGE' AND (a.grantee = 0 OR g.rolname = ANY (%(logins)s::name[]))
ORDER BY 1, 2, 3;
