-- Functions that act with the rights of somebody above row security, and that everybody may call. Those of protected schemas
-- are closed by `apply`.
SELECT p.oid::pg_catalog.regprocedure::text, o.rolname::text
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_roles o ON o.oid = p.proowner
WHERE p.prosecdef AND (o.rolsuper OR o.rolbypassrls) AND p.prorettype <> 'pg_catalog.trigger'::pg_catalog.regtype
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'sminion') AND n.nspname <> ALL (%(schemas)s::name[])
  AND EXISTS (SELECT FROM pg_catalog.aclexplode(n.nspacl) a WHERE a.grantee = 0 AND a.privilege_type = 'USAGE')
  AND EXISTS (SELECT FROM pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
              WHERE a.grantee = 0)
ORDER BY 1;
