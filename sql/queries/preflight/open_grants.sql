-- What `apply` takes from PUBLIC and from logins of the policy: the same as templates/closed_schema and closed_database find.
-- Of the database only what the installing role can take away, and not what an earlier `apply` had to leave open.
WITH login AS (
  SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY (%(logins)s::name[])
), acl (in_schema, kind, object, column_name, acl) AS (
  SELECT n.nspname, 'schema', pg_catalog.format('%%I', n.nspname), NULL::name, n.nspacl
  FROM pg_catalog.pg_namespace n WHERE n.nspname = ANY (%(schemas)s::name[])
  UNION ALL
  SELECT n.nspname, CASE c.relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END,
         pg_catalog.format('%%I.%%I', n.nspname, c.relname), NULL, c.relacl
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = ANY (%(schemas)s::name[])
  UNION ALL
  SELECT n.nspname, 'column', pg_catalog.format('%%I.%%I', n.nspname, c.relname), t.attname, t.attacl
  FROM pg_catalog.pg_attribute t
  JOIN pg_catalog.pg_class c ON c.oid = t.attrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = ANY (%(schemas)s::name[]) AND NOT t.attisdropped
  UNION ALL
  SELECT n.nspname, 'definer function', p.oid::pg_catalog.regprocedure::text, NULL,
         coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))
  FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname = ANY (%(schemas)s::name[]) AND p.prosecdef AND p.prokind IN ('f', 'p', 'w')
  UNION ALL
  SELECT n.nspname, CASE f.defaclobjtype WHEN 'r' THEN 'new table' WHEN 'S' THEN 'new sequence' ELSE 'new function' END,
         'of ' || f.defaclrole::pg_catalog.regrole, NULL, f.defaclacl
  FROM pg_catalog.pg_default_acl f JOIN pg_catalog.pg_namespace n ON n.oid = f.defaclnamespace
  WHERE n.nspname = ANY (%(schemas)s::name[]) AND f.defaclobjtype IN ('r', 'S', 'f')
), database (kind, object, full_name, owner, acl, wanted, to_logins) AS (
  SELECT 'database', pg_catalog.format('%%I', d.datname), pg_catalog.format('DATABASE %%I', d.datname), d.datdba,
         coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba)), ARRAY['TEMPORARY', 'CREATE'], true
  FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()
  UNION ALL
  SELECT 'schema', pg_catalog.format('%%I', n.nspname), pg_catalog.format('SCHEMA %%I', n.nspname), n.nspowner, n.nspacl,
         ARRAY['CREATE'], true
  FROM pg_catalog.pg_namespace n WHERE n.nspname <> ALL (%(schemas)s::name[])
  UNION ALL
  SELECT 'function', p.oid::pg_catalog.regprocedure::text, 'FUNCTION ' || p.oid::pg_catalog.regprocedure, p.proowner,
         coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner)), ARRAY['EXECUTE'], false
  FROM pg_catalog.pg_proc p
  WHERE (p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace
         AND p.proname IN ('lo_creat', 'lo_create', 'lo_from_bytea', 'lo_put', 'lowrite', 'lo_import', 'lo_open', 'pg_export_snapshot'))
     OR EXISTS (SELECT FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
                WHERE d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype = 'e' AND e.extname = 'dblink'
                  AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid)
), left_open (item) AS (
  SELECT pg_catalog.string_to_table(o.fingerprint, '; ') FROM sminion.installed_object o WHERE o.key LIKE 'closed\_database:%%'
)
SELECT coalesce(r.rolname::text, 'PUBLIC') AS grantee, f.in_schema::text, f.kind, f.object, f.privilege
FROM (
  SELECT a.grantee, l.in_schema, l.kind, l.object,
         a.privilege_type || coalesce(' (' || pg_catalog.quote_ident(l.column_name) || ')', '') AS privilege
  FROM acl l CROSS JOIN LATERAL pg_catalog.aclexplode(l.acl) a
  WHERE a.grantee = 0 OR a.grantee IN (SELECT g.oid FROM login g)
  UNION ALL
  SELECT a.grantee, NULL, d.kind, d.object, a.privilege_type
  FROM database d CROSS JOIN LATERAL pg_catalog.aclexplode(d.acl) a
  WHERE a.privilege_type = ANY (d.wanted) AND a.grantee <> d.owner
    AND (a.grantee = 0 OR (d.to_logins AND a.grantee IN (SELECT g.oid FROM login g)))
    AND pg_catalog.pg_has_role(current_user, d.owner, 'USAGE')
    AND NOT EXISTS (SELECT FROM left_open o
                    WHERE o.item = pg_catalog.concat_ws(' ', a.grantee::pg_catalog.regrole, a.privilege_type, d.full_name))
) AS f
LEFT JOIN pg_catalog.pg_roles r ON r.oid = f.grantee
ORDER BY 1, 2 NULLS LAST, 3, 4, 5;
