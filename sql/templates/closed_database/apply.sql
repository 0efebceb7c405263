-- No copies and no second session: temporary tables, tables of one's own and large objects are where data of one purpose
-- would wait for another, and dblink joins what another session reads. A snapshot that is exported before a block could be
-- used by a transaction that begins after it, which nobody waits for. TEMPORARY and CREATE are the database owner's to
-- take away, the rest a superuser's: what the role that installs cannot close is named in a warning, and stays in the
-- fingerprint for the doctor.
DO $sminion$
DECLARE
  open  record;
  whose text;
BEGIN
  FOR open IN SELECT * FROM (
    SELECT pg_catalog.format('DATABASE %I', d.datname), a.privilege_type, a.grantee, d.datdba
    FROM pg_catalog.pg_database d, pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) a
    WHERE d.datname = pg_catalog.current_database() AND a.privilege_type IN ('TEMPORARY', 'CREATE')
      AND (a.grantee = 0
           OR a.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY (<<logins>>::pg_catalog.name[])))
    UNION ALL
    SELECT pg_catalog.format('SCHEMA %I', n.nspname), a.privilege_type, a.grantee, n.nspowner
    FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) a
    WHERE a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner
      AND (a.grantee = 0
           OR a.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY (<<logins>>::pg_catalog.name[])))
    UNION ALL
    SELECT 'FUNCTION ' || p.oid::pg_catalog.regprocedure, a.privilege_type, a.grantee, p.proowner
    FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
    WHERE p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace AND a.grantee = 0
      AND p.proname IN ('lo_creat', 'lo_create', 'lo_from_bytea', 'lo_put', 'lowrite', 'lo_import', 'lo_open',
                        'pg_export_snapshot')
    UNION ALL
    SELECT 'FUNCTION ' || p.oid::pg_catalog.regprocedure, a.privilege_type, a.grantee, p.proowner
    FROM pg_catalog.pg_extension e
    JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.refobjid = e.oid
      AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.deptype = 'e'
    JOIN pg_catalog.pg_proc p ON p.oid = d.objid,
         pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
    WHERE e.extname = 'dblink' AND a.grantee = 0
  ) AS o (object, privilege, grantee, owner)
  -- REVOKE by another than the owner does nothing but warn.
  WHERE pg_catalog.pg_has_role(current_user, o.owner, 'USAGE')
  LOOP
    whose := CASE open.grantee WHEN 0 THEN 'PUBLIC' ELSE open.grantee::pg_catalog.regrole::text END;
    EXECUTE pg_catalog.format('REVOKE %s ON %s FROM %s', open.privilege, open.object, whose);
    PERFORM pg_catalog.set_config('sminion.closed', pg_catalog.concat_ws(E'\n',
      nullif(pg_catalog.current_setting('sminion.closed', true), ''),
      pg_catalog.format('GRANT %s ON %s TO %s', open.privilege, open.object, whose)), true);
  END LOOP;
  -- One finding for all objects of a kind, with one statement that closes them.
  FOR open IN
    SELECT pg_catalog.split_part(o.object, ' ', 1) AS kind, o.privilege, o.grantee, count(*) AS many,
           pg_catalog.string_agg(pg_catalog.substr(o.object, pg_catalog.strpos(o.object, ' ') + 1), ', ' ORDER BY o.object) AS objects
    FROM (
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
    GROUP BY 1, 2, 3
    ORDER BY 1, 2, 3
  LOOP
    whose := CASE open.grantee WHEN 0 THEN 'PUBLIC' ELSE open.grantee::pg_catalog.regrole::text END;
    RAISE WARNING USING ERRCODE = 'SG405',
      MESSAGE = pg_catalog.format('left open: %s has %s on %s %s', whose, open.privilege,
        pg_catalog.lower(open.kind) || CASE WHEN open.many > 1 THEN 's' ELSE '' END, open.objects),
      HINT = pg_catalog.format('As owner or superuser: REVOKE %s ON %s %s FROM %s;', open.privilege, open.kind, open.objects, whose);
  END LOOP;
END
$sminion$
