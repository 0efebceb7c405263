SELECT coalesce(pg_catalog.string_agg(pg_catalog.concat_ws(' ', o.grantee::pg_catalog.regrole, o.privilege, o.object), '; '
         ORDER BY o.object, o.privilege, o.grantee), 'closed') FROM (
    SELECT pg_catalog.format('DATABASE %I', d.datname), a.privilege_type, a.grantee
    FROM pg_catalog.pg_database d, pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) a
    WHERE d.datname = pg_catalog.current_database() AND a.privilege_type IN ('TEMPORARY', 'CREATE')
      AND (a.grantee = 0
           OR a.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY (<<logins>>::pg_catalog.name[])))
    UNION ALL
    SELECT pg_catalog.format('SCHEMA %I', n.nspname), a.privilege_type, a.grantee
    FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) a
    WHERE a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner
      AND (a.grantee = 0
           OR a.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY (<<logins>>::pg_catalog.name[])))
    UNION ALL
    SELECT 'FUNCTION ' || p.oid::pg_catalog.regprocedure, a.privilege_type, a.grantee
    FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
    WHERE p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace AND a.grantee = 0
      AND p.proname IN ('lo_creat', 'lo_create', 'lo_from_bytea', 'lo_put', 'lowrite', 'lo_import', 'lo_open',
                        'pg_export_snapshot')
    UNION ALL
    SELECT 'FUNCTION ' || p.oid::pg_catalog.regprocedure, a.privilege_type, a.grantee
    FROM pg_catalog.pg_extension e
    JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.refobjid = e.oid
      AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.deptype = 'e'
    JOIN pg_catalog.pg_proc p ON p.oid = d.objid,
         pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
    WHERE e.extname = 'dblink' AND a.grantee = 0
) AS o (object, privilege, grantee)
