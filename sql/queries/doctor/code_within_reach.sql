-- Functions by which a statement leaves the database: of extensions that connect to elsewhere or read files, and in languages that are
-- not trusted; with who of everybody, the logins and the compartments may call them. What PUBLIC may call of dblink is closed by
-- `apply`, and found with what it closes.
SELECT p.oid::pg_catalog.regprocedure::text, l.lanname::text, e.extname::text,
       CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(g.rolname) END
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'e'
  AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
LEFT JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
LEFT JOIN pg_catalog.pg_roles g ON g.oid = a.grantee
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'sminion')
  AND p.prorettype <> ALL (ARRAY['trigger', 'event_trigger', 'language_handler', 'fdw_handler', 'index_am_handler']::pg_catalog.regtype[])
  AND (a.grantee = 0 OR g.rolname = ANY (%(logins)s::name[]) OR g.rolname = ANY (%(roles)s::name[]))
  AND CASE WHEN e.extname IS NULL THEN NOT l.lanpltrusted AND l.lanname <> 'sql'
    ELSE e.extname IN ('dblink', 'file_fdw', 'adminpack', 'http', 'pgsql_http', 'pg_net', 'plsh', 'pg_background', 'aws_s3', 'aws_lambda',
                       'azure_storage', 'pg_file_settings', 'plproxy') AND NOT (e.extname = 'dblink' AND a.grantee = 0) END
ORDER BY 3 NULLS FIRST, 1, 4;
