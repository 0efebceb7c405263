-- Functions that act with the rights of somebody above row security, and that everybody or a login of the policy may call.
-- Of protected schemas, `apply` closes what PUBLIC and logins hold, and what compartments hold anywhere; triggers are called
-- by nobody, and fire all the same: see definer_runs.sql.
SELECT p.oid::pg_catalog.regprocedure::text, o.rolname::text, coalesce(g.rolname::text, 'PUBLIC')
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_roles o ON o.oid = p.proowner
CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
LEFT JOIN pg_catalog.pg_roles g ON g.oid = a.grantee
WHERE p.prosecdef AND (o.rolsuper OR o.rolbypassrls OR o.rolname = 'sminion_owner')
  AND p.prorettype <> ALL (ARRAY['trigger', 'event_trigger']::pg_catalog.regtype[])
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'sminion') AND n.nspname <> ALL (%(schemas)s::name[])
  AND (a.grantee = 0 OR g.rolname = ANY (%(logins)s::name[]))
  AND EXISTS (SELECT FROM pg_catalog.aclexplode(n.nspacl) s
              LEFT JOIN pg_catalog.pg_roles m ON m.oid = s.grantee
              WHERE (s.grantee = 0 OR m.rolname = ANY (%(logins)s::name[])) AND s.privilege_type = 'USAGE')
ORDER BY 1, 3;
