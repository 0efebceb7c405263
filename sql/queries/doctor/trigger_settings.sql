-- What silences triggers or loads code by a setting: in force for all, given to the database or a login, or to be set by one. Of roles
-- those of the policy and the owners of its tables: nobody else writes there. `sminion_owner` has the privilege for masks; who examines is its
-- member meanwhile, and who is one for good is another finding.
WITH writer AS (
  SELECT r.oid FROM pg_catalog.pg_roles r
  WHERE NOT r.rolsuper AND (r.rolname = ANY (%(logins)s::name[]) OR r.rolname = ANY (%(roles)s::name[]) OR r.oid IN (
    SELECT c.relowner FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY (%(schemas)s::name[]) AND c.relkind IN ('r', 'p')))
)
SELECT 'server', s.name, NULL, s.setting
FROM pg_catalog.pg_settings s
WHERE s.name = 'session_replication_role' AND s.reset_val <> 'origin'
UNION ALL
SELECT 'stored', pg_catalog.split_part(c.setting, '=', 1),
       CASE WHEN d.setrole = 0 THEN 'DATABASE ' || pg_catalog.quote_ident(b.datname)
            WHEN d.setdatabase = 0 THEN 'ROLE ' || d.setrole::pg_catalog.regrole
            ELSE 'ROLE ' || d.setrole::pg_catalog.regrole || ' IN DATABASE ' || pg_catalog.quote_ident(b.datname) END,
       pg_catalog.substr(c.setting, pg_catalog.strpos(c.setting, '=') + 1)
FROM pg_catalog.pg_db_role_setting d
LEFT JOIN pg_catalog.pg_database b ON b.oid = d.setdatabase
CROSS JOIN LATERAL pg_catalog.unnest(d.setconfig) AS c (setting)
WHERE (d.setdatabase = 0 OR b.datname = pg_catalog.current_database()) AND (d.setrole = 0 OR d.setrole IN (SELECT w.oid FROM writer w))
  AND (pg_catalog.split_part(c.setting, '=', 1) IN ('local_preload_libraries', 'session_preload_libraries')
       OR (pg_catalog.split_part(c.setting, '=', 1) = 'session_replication_role' AND c.setting NOT LIKE '%%=origin'))
UNION ALL
SELECT 'privilege', a.parname, CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::pg_catalog.regrole::text END, NULL
FROM pg_catalog.pg_parameter_acl a CROSS JOIN LATERAL pg_catalog.aclexplode(a.paracl) g
WHERE a.parname IN ('session_replication_role', 'session_preload_libraries') AND g.privilege_type = 'SET'
  AND NOT (a.parname = 'session_replication_role' AND g.grantee IN (SELECT o.oid FROM pg_catalog.pg_roles o WHERE o.rolname = 'sminion_owner'))
  AND (g.grantee = 0 OR EXISTS (SELECT FROM writer w WHERE pg_catalog.pg_has_role(w.oid, g.grantee, 'MEMBER')))
ORDER BY 1, 2, 3;
