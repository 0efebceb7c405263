-- role:mono_accounting
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'mono_accounting') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'mono_accounting' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy mono'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'mono_accounting'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "mono_accounting" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "mono_accounting" IS 'sminion_guard: role of policy mono';
  END IF;
END
$sminion$;

-- role:mono_audit_44115bb2
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'mono_audit_44115bb2') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'mono_audit_44115bb2' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy mono'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'mono_audit_44115bb2'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "mono_audit_44115bb2" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "mono_audit_44115bb2" IS 'sminion_guard: role of policy mono';
  END IF;
END
$sminion$;

-- role:mono_audit_ce59b12b
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'mono_audit_ce59b12b') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'mono_audit_ce59b12b' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy mono'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'mono_audit_ce59b12b'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "mono_audit_ce59b12b" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "mono_audit_ce59b12b" IS 'sminion_guard: role of policy mono';
  END IF;
END
$sminion$;

-- role:mono_auditor
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'mono_auditor') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'mono_auditor' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy mono'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'mono_auditor'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "mono_auditor" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "mono_auditor" IS 'sminion_guard: role of policy mono';
  END IF;
END
$sminion$;

-- role:mono_contract
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'mono_contract') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'mono_contract' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy mono'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'mono_contract'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "mono_contract" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "mono_contract" IS 'sminion_guard: role of policy mono';
  END IF;
END
$sminion$;

-- role:mono_maintenance
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'mono_maintenance') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'mono_maintenance' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy mono'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'mono_maintenance'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "mono_maintenance" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "mono_maintenance" IS 'sminion_guard: role of policy mono';
  END IF;
END
$sminion$;

-- role:mono_marketing
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'mono_marketing') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'mono_marketing' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy mono'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'mono_marketing'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "mono_marketing" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "mono_marketing" IS 'sminion_guard: role of policy mono';
  END IF;
END
$sminion$;

-- role:mono_privacy_officer
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'mono_privacy_officer') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'mono_privacy_officer' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy mono'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'mono_privacy_officer'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "mono_privacy_officer" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "mono_privacy_officer" IS 'sminion_guard: role of policy mono';
  END IF;
END
$sminion$;

-- membership:mono_app:mono_accounting
-- A login that may own what is protected keeps its attributes and what it may grant: it is above the policy as it is, and
-- what it inherits opens no row, since row security asks for the role that acts.
DO $sminion$
BEGIN
  IF pg_catalog.current_setting('server_version_num')::integer >= 160000 THEN
    -- Inheritance belongs to the membership: granted once more, an earlier grant of ours is mended too.
    EXECUTE 'GRANT "mono_accounting" TO "mono_app" WITH ADMIN FALSE, INHERIT FALSE, SET TRUE';
  ELSE
    -- Inheritance belongs to the login, so it must be gone before the grant.
    IF NOT false AND (SELECT r.rolinherit FROM pg_catalog.pg_roles r WHERE r.rolname = 'mono_app') THEN
      RAISE WARNING 'login % inherited the privileges of its roles: changed to NOINHERIT', 'mono_app'
        USING ERRCODE = 'SG455';
      ALTER ROLE "mono_app" NOINHERIT;
    END IF;
    GRANT "mono_accounting" TO "mono_app";
    IF NOT false AND pg_catalog.pg_has_role('mono_app', 'mono_accounting', 'MEMBER WITH ADMIN OPTION') THEN
      RAISE WARNING 'login % could grant role %: admin option revoked', 'mono_app', 'mono_accounting'
        USING ERRCODE = 'SG455';
      REVOKE ADMIN OPTION FOR "mono_accounting" FROM "mono_app";
    END IF;
  END IF;
  IF NOT false AND (pg_catalog.pg_has_role('mono_app', 'mono_accounting', 'USAGE')
                          OR pg_catalog.pg_has_role('mono_app', 'mono_accounting', 'MEMBER WITH ADMIN OPTION'))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG404',
      MESSAGE = pg_catalog.format('login `%s` inherits or may grant `%s`', 'mono_app', 'mono_accounting'),
      DETAIL = 'It has the membership in another way too: from another grantor, or through another role.',
      HINT = 'Revoke the other membership (see pg_auth_members), then apply again.';
  END IF;
END
$sminion$;

-- membership:mono_app:mono_contract
-- A login that may own what is protected keeps its attributes and what it may grant: it is above the policy as it is, and
-- what it inherits opens no row, since row security asks for the role that acts.
DO $sminion$
BEGIN
  IF pg_catalog.current_setting('server_version_num')::integer >= 160000 THEN
    -- Inheritance belongs to the membership: granted once more, an earlier grant of ours is mended too.
    EXECUTE 'GRANT "mono_contract" TO "mono_app" WITH ADMIN FALSE, INHERIT FALSE, SET TRUE';
  ELSE
    -- Inheritance belongs to the login, so it must be gone before the grant.
    IF NOT false AND (SELECT r.rolinherit FROM pg_catalog.pg_roles r WHERE r.rolname = 'mono_app') THEN
      RAISE WARNING 'login % inherited the privileges of its roles: changed to NOINHERIT', 'mono_app'
        USING ERRCODE = 'SG455';
      ALTER ROLE "mono_app" NOINHERIT;
    END IF;
    GRANT "mono_contract" TO "mono_app";
    IF NOT false AND pg_catalog.pg_has_role('mono_app', 'mono_contract', 'MEMBER WITH ADMIN OPTION') THEN
      RAISE WARNING 'login % could grant role %: admin option revoked', 'mono_app', 'mono_contract'
        USING ERRCODE = 'SG455';
      REVOKE ADMIN OPTION FOR "mono_contract" FROM "mono_app";
    END IF;
  END IF;
  IF NOT false AND (pg_catalog.pg_has_role('mono_app', 'mono_contract', 'USAGE')
                          OR pg_catalog.pg_has_role('mono_app', 'mono_contract', 'MEMBER WITH ADMIN OPTION'))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG404',
      MESSAGE = pg_catalog.format('login `%s` inherits or may grant `%s`', 'mono_app', 'mono_contract'),
      DETAIL = 'It has the membership in another way too: from another grantor, or through another role.',
      HINT = 'Revoke the other membership (see pg_auth_members), then apply again.';
  END IF;
END
$sminion$;

-- membership:mono_news:mono_marketing
-- A login that may own what is protected keeps its attributes and what it may grant: it is above the policy as it is, and
-- what it inherits opens no row, since row security asks for the role that acts.
DO $sminion$
BEGIN
  IF pg_catalog.current_setting('server_version_num')::integer >= 160000 THEN
    -- Inheritance belongs to the membership: granted once more, an earlier grant of ours is mended too.
    EXECUTE 'GRANT "mono_marketing" TO "mono_news" WITH ADMIN FALSE, INHERIT FALSE, SET TRUE';
  ELSE
    -- Inheritance belongs to the login, so it must be gone before the grant.
    IF NOT false AND (SELECT r.rolinherit FROM pg_catalog.pg_roles r WHERE r.rolname = 'mono_news') THEN
      RAISE WARNING 'login % inherited the privileges of its roles: changed to NOINHERIT', 'mono_news'
        USING ERRCODE = 'SG455';
      ALTER ROLE "mono_news" NOINHERIT;
    END IF;
    GRANT "mono_marketing" TO "mono_news";
    IF NOT false AND pg_catalog.pg_has_role('mono_news', 'mono_marketing', 'MEMBER WITH ADMIN OPTION') THEN
      RAISE WARNING 'login % could grant role %: admin option revoked', 'mono_news', 'mono_marketing'
        USING ERRCODE = 'SG455';
      REVOKE ADMIN OPTION FOR "mono_marketing" FROM "mono_news";
    END IF;
  END IF;
  IF NOT false AND (pg_catalog.pg_has_role('mono_news', 'mono_marketing', 'USAGE')
                          OR pg_catalog.pg_has_role('mono_news', 'mono_marketing', 'MEMBER WITH ADMIN OPTION'))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG404',
      MESSAGE = pg_catalog.format('login `%s` inherits or may grant `%s`', 'mono_news', 'mono_marketing'),
      DETAIL = 'It has the membership in another way too: from another grantor, or through another role.',
      HINT = 'Revoke the other membership (see pg_auth_members), then apply again.';
  END IF;
END
$sminion$;

-- closed_database:mono
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
           OR a.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ('{"mono_app","mono_news"}'::pg_catalog.name[])))
    UNION ALL
    SELECT pg_catalog.format('SCHEMA %I', n.nspname), a.privilege_type, a.grantee, n.nspowner
    FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) a
    WHERE a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner
      AND (a.grantee = 0
           OR a.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ('{"mono_app","mono_news"}'::pg_catalog.name[])))
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
           OR a.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ('{"mono_app","mono_news"}'::pg_catalog.name[])))
    UNION ALL
    SELECT pg_catalog.format('SCHEMA %I', n.nspname), a.privilege_type, a.grantee
    FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) a
    WHERE a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner
      AND (a.grantee = 0
           OR a.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ('{"mono_app","mono_news"}'::pg_catalog.name[])))
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
$sminion$;

-- closed_schema:crm
-- An untagged table, view, sequence or definer function of a protected schema is closed: what PUBLIC or a login of the
-- policy holds there is taken away, and written down for the way back (in a setting that lives for this transaction;
-- `apply` moves it to sminion.closed_grant at its end).
DO $sminion$
DECLARE
  open  record;
  whose text;
BEGIN
  FOR open IN
    SELECT g.defaults, g.object, g.privilege, g.grantee, g.is_grantable
    FROM (
      SELECT '', pg_catalog.format('SCHEMA %I', n.nspname), a.privilege_type, a.grantee, a.is_grantable
      FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) a
      WHERE n.nspname = 'crm'
      UNION ALL
      SELECT '', pg_catalog.format(CASE c.relkind WHEN 'S' THEN 'SEQUENCE %I.%I' ELSE 'TABLE %I.%I' END, n.nspname, c.relname),
             a.privilege_type, a.grantee, a.is_grantable
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, pg_catalog.aclexplode(c.relacl) a
      WHERE n.nspname = 'crm'
      UNION ALL
      SELECT '', pg_catalog.format('TABLE %I.%I', n.nspname, c.relname),
             pg_catalog.format('%s (%I)', a.privilege_type, t.attname), a.grantee, a.is_grantable
      FROM pg_catalog.pg_attribute t
      JOIN pg_catalog.pg_class c ON c.oid = t.attrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, pg_catalog.aclexplode(t.attacl) a
      WHERE n.nspname = 'crm' AND NOT t.attisdropped
      UNION ALL
      -- Only definer functions: they act with their owner's privileges. Others act with the caller's, and defaults and
      -- constraints need them.
      SELECT '', pg_catalog.format('%s %s', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.oid::pg_catalog.regprocedure),
             a.privilege_type, a.grantee, a.is_grantable
      FROM pg_catalog.pg_proc p
      JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace,
           pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
      WHERE n.nspname = 'crm' AND p.prosecdef AND p.prokind IN ('f', 'p', 'w')
      UNION ALL
      -- What the next table, sequence or function there would be open to.
      SELECT pg_catalog.format('ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA %I ', f.defaclrole::pg_catalog.regrole, n.nspname),
             CASE f.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' ELSE 'ROUTINES' END,
             a.privilege_type, a.grantee, a.is_grantable
      FROM pg_catalog.pg_default_acl f
      JOIN pg_catalog.pg_namespace n ON n.oid = f.defaclnamespace, pg_catalog.aclexplode(f.defaclacl) a
      WHERE n.nspname = 'crm' AND f.defaclobjtype IN ('r', 'S', 'f')
    ) AS g (defaults, object, privilege, grantee, is_grantable)
    WHERE g.grantee = 0
       OR g.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ('{"mono_app","mono_news"}'::pg_catalog.name[]))
  LOOP
    whose := CASE open.grantee WHEN 0 THEN 'PUBLIC' ELSE open.grantee::pg_catalog.regrole::text END;
    EXECUTE open.defaults || pg_catalog.format('REVOKE %s ON %s FROM %s', open.privilege, open.object, whose);
    RAISE NOTICE 'closed: % had % on %', whose, open.privilege, open.defaults || open.object;
    PERFORM pg_catalog.set_config('sminion.closed', pg_catalog.concat_ws(E'\n',
      nullif(pg_catalog.current_setting('sminion.closed', true), ''),
      open.defaults || pg_catalog.format('GRANT %s ON %s TO %s%s', open.privilege, open.object, whose,
                        CASE WHEN open.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)), true);
  END LOOP;
END
$sminion$;

-- closed_schema:public
-- An untagged table, view, sequence or definer function of a protected schema is closed: what PUBLIC or a login of the
-- policy holds there is taken away, and written down for the way back (in a setting that lives for this transaction;
-- `apply` moves it to sminion.closed_grant at its end).
DO $sminion$
DECLARE
  open  record;
  whose text;
BEGIN
  FOR open IN
    SELECT g.defaults, g.object, g.privilege, g.grantee, g.is_grantable
    FROM (
      SELECT '', pg_catalog.format('SCHEMA %I', n.nspname), a.privilege_type, a.grantee, a.is_grantable
      FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) a
      WHERE n.nspname = 'public'
      UNION ALL
      SELECT '', pg_catalog.format(CASE c.relkind WHEN 'S' THEN 'SEQUENCE %I.%I' ELSE 'TABLE %I.%I' END, n.nspname, c.relname),
             a.privilege_type, a.grantee, a.is_grantable
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, pg_catalog.aclexplode(c.relacl) a
      WHERE n.nspname = 'public'
      UNION ALL
      SELECT '', pg_catalog.format('TABLE %I.%I', n.nspname, c.relname),
             pg_catalog.format('%s (%I)', a.privilege_type, t.attname), a.grantee, a.is_grantable
      FROM pg_catalog.pg_attribute t
      JOIN pg_catalog.pg_class c ON c.oid = t.attrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, pg_catalog.aclexplode(t.attacl) a
      WHERE n.nspname = 'public' AND NOT t.attisdropped
      UNION ALL
      -- Only definer functions: they act with their owner's privileges. Others act with the caller's, and defaults and
      -- constraints need them.
      SELECT '', pg_catalog.format('%s %s', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.oid::pg_catalog.regprocedure),
             a.privilege_type, a.grantee, a.is_grantable
      FROM pg_catalog.pg_proc p
      JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace,
           pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
      WHERE n.nspname = 'public' AND p.prosecdef AND p.prokind IN ('f', 'p', 'w')
      UNION ALL
      -- What the next table, sequence or function there would be open to.
      SELECT pg_catalog.format('ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA %I ', f.defaclrole::pg_catalog.regrole, n.nspname),
             CASE f.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' ELSE 'ROUTINES' END,
             a.privilege_type, a.grantee, a.is_grantable
      FROM pg_catalog.pg_default_acl f
      JOIN pg_catalog.pg_namespace n ON n.oid = f.defaclnamespace, pg_catalog.aclexplode(f.defaclacl) a
      WHERE n.nspname = 'public' AND f.defaclobjtype IN ('r', 'S', 'f')
    ) AS g (defaults, object, privilege, grantee, is_grantable)
    WHERE g.grantee = 0
       OR g.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ('{"mono_app","mono_news"}'::pg_catalog.name[]))
  LOOP
    whose := CASE open.grantee WHEN 0 THEN 'PUBLIC' ELSE open.grantee::pg_catalog.regrole::text END;
    EXECUTE open.defaults || pg_catalog.format('REVOKE %s ON %s FROM %s', open.privilege, open.object, whose);
    RAISE NOTICE 'closed: % had % on %', whose, open.privilege, open.defaults || open.object;
    PERFORM pg_catalog.set_config('sminion.closed', pg_catalog.concat_ws(E'\n',
      nullif(pg_catalog.current_setting('sminion.closed', true), ''),
      open.defaults || pg_catalog.format('GRANT %s ON %s TO %s%s', open.privilege, open.object, whose,
                        CASE WHEN open.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)), true);
  END LOOP;
END
$sminion$;

-- guard_grant:mono_accounting (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'mono_accounting'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "mono_accounting"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "mono_accounting";
GRANT USAGE ON SCHEMA sminion TO "mono_accounting";
GRANT EXECUTE ON ROUTINE sminion.context(name, name), sminion.named_subject(name, name), sminion.named_alone(name, name, text, text[]), sminion.ticket_value(name, name, text), sminion.enter(text), sminion.refuse_expired(text, text, text), sminion.within_retention(date, interval, text), sminion.within_retention(timestamp, interval, text), sminion.within_retention(timestamptz, interval, text) TO "mono_accounting";

-- guard_grant:mono_audit_44115bb2 (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'mono_audit_44115bb2'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "mono_audit_44115bb2"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "mono_audit_44115bb2";
GRANT USAGE ON SCHEMA sminion TO "mono_audit_44115bb2";
GRANT EXECUTE ON ROUTINE sminion.context(name, name), sminion.named_subject(name, name), sminion.named_alone(name, name, text, text[]), sminion.ticket_value(name, name, text), sminion.enter(text), sminion.refuse_expired(text, text, text), sminion.within_retention(date, interval, text), sminion.within_retention(timestamp, interval, text), sminion.within_retention(timestamptz, interval, text) TO "mono_audit_44115bb2";

-- guard_grant:mono_audit_ce59b12b (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'mono_audit_ce59b12b'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "mono_audit_ce59b12b"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "mono_audit_ce59b12b";
GRANT USAGE ON SCHEMA sminion TO "mono_audit_ce59b12b";
GRANT EXECUTE ON ROUTINE sminion.context(name, name), sminion.named_subject(name, name), sminion.named_alone(name, name, text, text[]), sminion.ticket_value(name, name, text), sminion.enter(text), sminion.refuse_expired(text, text, text), sminion.within_retention(date, interval, text), sminion.within_retention(timestamp, interval, text), sminion.within_retention(timestamptz, interval, text) TO "mono_audit_ce59b12b";

-- guard_grant:mono_contract (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'mono_contract'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "mono_contract"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "mono_contract";
GRANT USAGE ON SCHEMA sminion TO "mono_contract";
GRANT EXECUTE ON ROUTINE sminion.context(name, name), sminion.named_subject(name, name), sminion.named_alone(name, name, text, text[]), sminion.ticket_value(name, name, text), sminion.enter(text), sminion.refuse_expired(text, text, text), sminion.within_retention(date, interval, text), sminion.within_retention(timestamp, interval, text), sminion.within_retention(timestamptz, interval, text) TO "mono_contract";

-- guard_grant:mono_marketing (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'mono_marketing'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "mono_marketing"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "mono_marketing";
GRANT USAGE ON SCHEMA sminion TO "mono_marketing";
GRANT EXECUTE ON ROUTINE sminion.context(name, name), sminion.named_subject(name, name), sminion.named_alone(name, name, text, text[]), sminion.ticket_value(name, name, text), sminion.enter(text), sminion.refuse_expired(text, text, text), sminion.within_retention(date, interval, text), sminion.within_retention(timestamp, interval, text), sminion.within_retention(timestamptz, interval, text) TO "mono_marketing";

-- guard_grant:mono_auditor (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'mono_auditor'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "mono_auditor"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "mono_auditor";
GRANT USAGE ON SCHEMA sminion TO "mono_auditor";
GRANT EXECUTE ON ROUTINE sminion.policy_in_force(), sminion.object_states(), sminion.state_holders(text), sminion.blind_tables(), sminion.unfolded_entries(), sminion.unfolded_writes(), sminion.fold_holders(), sminion.leaves(bigint, bigint), sminion.stray_rows(), sminion.silent_tickets(date), sminion.consent_differences(), sminion.record_checkpoint(bigint, bytea, text), sminion.report_restore(text), sminion.ledger_size(bigint), sminion.ledger_events(bigint, bigint), sminion.record_reading(text, text, text, timestamptz, timestamptz, text, text), sminion.explanations(), sminion.explained_accesses(bigint), sminion.accesses_of(text, timestamptz, timestamptz, timestamptz, bigint), sminion.retention_status(boolean), sminion.other_keys(text) TO "mono_auditor";
GRANT SELECT ON sminion.access_log, sminion.ticket_minutes, sminion.journal_minutes, sminion.statement_log, sminion.refusals, sminion.subject_access, sminion.write_log, sminion.log_faults, sminion.dropped_log, sminion.ddl_suspension, sminion.act, sminion.subject_history, sminion.consent_register, sminion.request_status, sminion.request_history, sminion.clarifications, sminion.calendar, sminion.report, sminion.obligation_status, sminion.disclosures, sminion.transfers, sminion.disclosure_register, sminion.destruction_status, sminion.destruction_event, sminion.destruction, sminion.certificate, sminion.hold, sminion.merged_subjects, sminion.subject_status, sminion.settle_status, sminion.pending_changes, sminion.settle_problems, sminion.maintenance_status, sminion.retention_progress, sminion.policy_version, sminion.installed_object, sminion.tile, sminion.tree_state, sminion.checkpoint TO "mono_auditor";

-- guard_grant:mono_maintenance (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'mono_maintenance'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "mono_maintenance"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "mono_maintenance";
GRANT USAGE ON SCHEMA sminion TO "mono_maintenance";
GRANT EXECUTE ON ROUTINE sminion.settle(integer, integer), sminion.remask(integer), sminion.backfill(integer), sminion.await_older(interval), sminion.extend_log(integer), sminion.state_holders(text), sminion.blind_tables(), sminion.maintain(boolean), sminion.maintain_step(text), sminion.fold_holders(), sminion.purge_batch(text, integer, boolean), sminion.retention_status(boolean), sminion.expired_partitions(), sminion.drop_expired_partition(text), sminion.check_partition(oid), sminion.record_drop(oid) TO "mono_maintenance";
GRANT SELECT ON sminion.settle_status, sminion.pending_changes, sminion.settle_problems, sminion.maintenance_status, sminion.retention_progress TO "mono_maintenance";

-- guard_grant:mono_privacy_officer (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'mono_privacy_officer'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "mono_privacy_officer"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "mono_privacy_officer";
GRANT USAGE ON SCHEMA sminion TO "mono_privacy_officer";
GRANT EXECUTE ON ROUTINE sminion.policy_in_force(), sminion.merge_subjects(text, text, text, text, text, text, bigint), sminion.merge_subjects(anynonarray, anynonarray, text, text, text, text, bigint), sminion.unmerge_subjects(text, text, text, text, text, text, bigint), sminion.unmerge_subjects(anynonarray, anynonarray, text, text, text, text, bigint), sminion.block(text, text, text, text, text[], timestamptz), sminion.block(anynonarray, text, text, text, text[], timestamptz), sminion.unblock(text, text, text, text, text[]), sminion.unblock(anynonarray, text, text, text, text[]), sminion.give_consent(text, text, text, text, text, timestamptz, bytea, text, timestamptz), sminion.give_consent(anynonarray, text, text, text, text, timestamptz, bytea, text, timestamptz), sminion.refuse_consent(text, text, text, text, text, timestamptz, bytea, text), sminion.refuse_consent(anynonarray, text, text, text, text, timestamptz, bytea, text), sminion.withdraw_consent(text, text, text, text, text), sminion.withdraw_consent(anynonarray, text, text, text, text), sminion.object(text, text, text, text, text), sminion.object(anynonarray, text, text, text, text), sminion.withdraw_objection(text, text, text, text, text), sminion.withdraw_objection(anynonarray, text, text, text, text), sminion.give_consents(text[], text, text, text, text), sminion.import_consents(text[], text[], text[], timestamptz[], bytea[], text[], timestamptz[], text[], text, text), sminion.consent_differences(), sminion.withdraw_consents(text[], text, text, text, text), sminion.object_all(text[], text, text, text, text), sminion.block_all(text[], text, text, text), sminion.revoke_ticket(bigint, text), sminion.await_older(interval), sminion.block_and_wait(text, text, text, interval, text, text[], timestamptz), sminion.block_and_wait(anynonarray, text, text, interval, text, text[], timestamptz), sminion.state_holders(text), sminion.blind_tables(), sminion.suspend_ddl_guard(text, timestamptz), sminion.resume_ddl_guard(text), sminion.open_request(text, text, text, text, text, timestamptz, text, text, text, text, text, text[]), sminion.open_request(anynonarray, text, text, text, text, timestamptz, text, text, text, text, text, text[]), sminion.identify_request(bigint, text, text), sminion.assign_request(bigint, text, text, text), sminion.note_request(bigint, text, text), sminion.extend_request(bigint, text, text), sminion.close_request(bigint, text, text, bigint, text, boolean), sminion.plan_destruction(bigint, boolean), sminion.begin_destruction(bigint, text, boolean, text), sminion.destroy_batch(bigint, integer), sminion.purge_batch(text, integer, boolean), sminion.retention_status(boolean), sminion.expired_partitions(), sminion.forget_pseudonym_key(text), sminion.rotate_pseudonyms(text, text), sminion.hold_data(text, text, text, text, text, timestamptz, text, text), sminion.release_hold(bigint, text, text), sminion.record_verification(bigint, jsonb, text), sminion.keep_certificate(bigint, text, text), sminion.record_disclosure(text, text, text[], text[], text, timestamptz, text, text), sminion.settle_obligation(bigint, text, text, text), sminion.load_calendar(text, text, date, date, date, date[], date[]), sminion.begin_report(text, text, bigint, text), sminion.report_tables(bigint), sminion.report_rows(bigint, text, text), sminion.report_restore(text), sminion.accept_restore(text, boolean), sminion.ledger_size(bigint), sminion.ledger_events(bigint, bigint), sminion.ledger_people(bytea, bytea[]), sminion.end_replay(text, bigint, bigint, text), sminion.replay_decision(text, bigint, text, timestamptz, text, text, jsonb), sminion.drop_log(date, text), sminion.erase_from_log(text, text, text), sminion.record_reading(text, text, text, timestamptz, timestamptz, text, text), sminion.unfolded_entries(), sminion.unfolded_writes(), sminion.fold_holders(), sminion.explanations(), sminion.explained_accesses(bigint), sminion.accesses_of(text, timestamptz, timestamptz, timestamptz, bigint), sminion.other_keys(text) TO "mono_privacy_officer";
GRANT SELECT ON sminion.access_log, sminion.ticket_minutes, sminion.journal_minutes, sminion.statement_log, sminion.refusals, sminion.subject_access, sminion.write_log, sminion.log_faults, sminion.dropped_log, sminion.ddl_suspension, sminion.act, sminion.subject_history, sminion.consent_register, sminion.request_status, sminion.request_history, sminion.clarifications, sminion.calendar, sminion.report, sminion.obligation_status, sminion.disclosures, sminion.transfers, sminion.disclosure_register, sminion.destruction_status, sminion.destruction_event, sminion.destruction, sminion.certificate, sminion.hold, sminion.merged_subjects, sminion.subject_status, sminion.settle_status, sminion.pending_changes, sminion.settle_problems, sminion.maintenance_status, sminion.retention_progress, sminion.policy_version TO "mono_privacy_officer";

-- guard_grant:mono_app (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'mono_app'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "mono_app"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "mono_app";
GRANT USAGE ON SCHEMA sminion TO "mono_app";
GRANT EXECUTE ON ROUTINE sminion.open_ticket(text, text, text, text[], text, text, text, jsonb, text, text, bigint), sminion.enter(text), sminion.session_facts(), sminion.policy_in_force(), sminion.context(name, name), sminion.open_log(), sminion.knows_log(bigint, text), sminion.log_shape(jsonb), sminion.maintain(boolean), sminion.maintain_step(text), sminion.count_journal(integer, boolean) TO "mono_app";
GRANT INSERT (writer, first, proof, entries) ON sminion.journal TO "mono_app";

-- guard_grant:mono_news (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'mono_news'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "mono_news"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "mono_news";
GRANT USAGE ON SCHEMA sminion TO "mono_news";
GRANT EXECUTE ON ROUTINE sminion.open_ticket(text, text, text, text[], text, text, text, jsonb, text, text, bigint), sminion.enter(text), sminion.session_facts(), sminion.policy_in_force(), sminion.context(name, name), sminion.open_log(), sminion.knows_log(bigint, text), sminion.log_shape(jsonb), sminion.maintain(boolean), sminion.maintain_step(text), sminion.count_journal(integer, boolean) TO "mono_news";
GRANT INSERT (writer, first, proof, entries) ON sminion.journal TO "mono_news";

-- guard_columns:crm.contact
-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody. The comment says what the
-- masks were computed from: where that changes, the columns are made anew, so that no mask of another subject is believed.
ALTER TABLE "crm"."contact" ADD COLUMN IF NOT EXISTS guard_mask bigint;
COMMENT ON COLUMN "crm"."contact".guard_mask IS 'what the subject of the row permits; subject: id bigint';

-- guard_columns:crm.gift
-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody. The comment says what the
-- masks were computed from: where that changes, the columns are made anew, so that no mask of another subject is believed.
ALTER TABLE "crm"."gift" ADD COLUMN IF NOT EXISTS guard_mask bigint;
COMMENT ON COLUMN "crm"."gift".guard_mask IS 'what the subject of the row permits; subject: giver bigint, taker bigint';

-- guard_columns:crm.letter
-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody. The comment says what the
-- masks were computed from: where that changes, the columns are made anew, so that no mask of another subject is believed.
ALTER TABLE "crm"."letter" ADD COLUMN IF NOT EXISTS guard_mask bigint;
COMMENT ON COLUMN "crm"."letter".guard_mask IS 'what the subject of the row permits; subject: person bigint';

-- guard_columns:crm.narrow
-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody. The comment says what the
-- masks were computed from: where that changes, the columns are made anew, so that no mask of another subject is believed.
ALTER TABLE "crm"."narrow" ADD COLUMN IF NOT EXISTS guard_mask bigint;
COMMENT ON COLUMN "crm"."narrow".guard_mask IS 'what the subject of the row permits; subject: id bigint';

-- guard_columns:crm.shut
-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody. The comment says what the
-- masks were computed from: where that changes, the columns are made anew, so that no mask of another subject is believed.
ALTER TABLE "crm"."shut" ADD COLUMN IF NOT EXISTS guard_mask bigint;
COMMENT ON COLUMN "crm"."shut".guard_mask IS 'what the subject of the row permits; subject: id bigint';

-- guard_columns:crm.visit
-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody. The comment says what the
-- masks were computed from: where that changes, the columns are made anew, so that no mask of another subject is believed.
ALTER TABLE "crm"."visit" ADD COLUMN IF NOT EXISTS guard_mask bigint;
COMMENT ON COLUMN "crm"."visit".guard_mask IS 'what the subject of the row permits; subject: person bigint';

-- guard_columns:public.customer
-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody. The comment says what the
-- masks were computed from: where that changes, the columns are made anew, so that no mask of another subject is believed.
ALTER TABLE "public"."customer" ADD COLUMN IF NOT EXISTS guard_mask bigint;
COMMENT ON COLUMN "public"."customer".guard_mask IS 'what the subject of the row permits; subject: id bigint';

-- guard_columns:public.subscriber
-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody. The comment says what the
-- masks were computed from: where that changes, the columns are made anew, so that no mask of another subject is believed.
ALTER TABLE "public"."subscriber" ADD COLUMN IF NOT EXISTS guard_mask bigint;
COMMENT ON COLUMN "public"."subscriber".guard_mask IS 'what the subject of the row permits; subject: customer_id bigint';

-- guard_columns:public.unsaid
-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody. The comment says what the
-- masks were computed from: where that changes, the columns are made anew, so that no mask of another subject is believed.
ALTER TABLE "public"."unsaid" ADD COLUMN IF NOT EXISTS guard_mask bigint;
COMMENT ON COLUMN "public"."unsaid".guard_mask IS 'what the subject of the row permits; subject: customer_id bigint';

-- guard_columns:crm.click
-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody. The comment says what the
-- masks were computed from: where that changes, the columns are made anew, so that no mask of another subject is believed.
ALTER TABLE "crm"."click" ADD COLUMN IF NOT EXISTS guard_mask bigint, ADD COLUMN IF NOT EXISTS guard_subject bigint;
COMMENT ON COLUMN "crm"."click".guard_mask IS 'what the subject of the row permits; subject: visit_no to crm.visit.no, whose subject is person bigint';

-- guard_index:crm.click
-- By it settling finds the rows of a subject, and a purpose that sees one named subject finds them too.
CREATE INDEX IF NOT EXISTS "click_guard_subject_idx" ON "crm"."click" (guard_subject);

-- guard_columns:public.invoice
-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody. The comment says what the
-- masks were computed from: where that changes, the columns are made anew, so that no mask of another subject is believed.
ALTER TABLE "public"."invoice" ADD COLUMN IF NOT EXISTS guard_mask bigint, ADD COLUMN IF NOT EXISTS guard_subject bigint;
COMMENT ON COLUMN "public"."invoice".guard_mask IS 'what the subject of the row permits; subject: customer_id to public.customer.id, whose subject is id bigint';

-- guard_index:public.invoice
-- By it settling finds the rows of a subject, and a purpose that sees one named subject finds them too.
CREATE INDEX IF NOT EXISTS "invoice_guard_subject_idx" ON "public"."invoice" (guard_subject);

-- schema_usage:crm:sminion_owner
GRANT USAGE ON SCHEMA "crm" TO "sminion_owner";

-- schema_usage:public:sminion_owner
GRANT USAGE ON SCHEMA "public" TO "sminion_owner";

-- column_grant:crm.contact:sminion_owner
REVOKE ALL ON TABLE "crm"."contact" FROM "sminion_owner";
GRANT SELECT ("ctid", "email", "guard_mask", "id", "tableoid"), UPDATE ("guard_mask"), DELETE ON TABLE "crm"."contact" TO "sminion_owner";

-- column_grant:crm.gift:sminion_owner
REVOKE ALL ON TABLE "crm"."gift" FROM "sminion_owner";
GRANT SELECT ("ctid", "email", "giver", "guard_mask", "tableoid", "taker"), UPDATE ("giver", "guard_mask", "taker"), DELETE ON TABLE "crm"."gift" TO "sminion_owner";

-- column_grant:crm.letter:sminion_owner
REVOKE ALL ON TABLE "crm"."letter" FROM "sminion_owner";
GRANT SELECT ("ctid", "email", "guard_mask", "person", "tableoid"), UPDATE ("guard_mask"), DELETE ON TABLE "crm"."letter" TO "sminion_owner";

-- column_grant:crm.narrow:sminion_owner
REVOKE ALL ON TABLE "crm"."narrow" FROM "sminion_owner";
GRANT SELECT ("ctid", "email", "guard_mask", "id", "tableoid"), UPDATE ("guard_mask"), DELETE ON TABLE "crm"."narrow" TO "sminion_owner";

-- column_grant:crm.shut:sminion_owner
REVOKE ALL ON TABLE "crm"."shut" FROM "sminion_owner";
GRANT SELECT ("ctid", "email", "guard_mask", "id", "tableoid"), UPDATE ("guard_mask"), DELETE ON TABLE "crm"."shut" TO "sminion_owner";

-- column_grant:crm.visit:sminion_owner
REVOKE ALL ON TABLE "crm"."visit" FROM "sminion_owner";
GRANT SELECT ("ctid", "email", "guard_mask", "no", "person", "tableoid", "xmin"), UPDATE ("guard_mask"), DELETE ON TABLE "crm"."visit" TO "sminion_owner";

-- column_grant:public.customer:sminion_owner
REVOKE ALL ON TABLE "public"."customer" FROM "sminion_owner";
GRANT SELECT ("ctid", "email", "guard_mask", "id", "tableoid", "xmin"), UPDATE ("guard_mask"), DELETE ON TABLE "public"."customer" TO "sminion_owner";

-- column_grant:public.subscriber:sminion_owner
REVOKE ALL ON TABLE "public"."subscriber" FROM "sminion_owner";
GRANT SELECT ("ctid", "customer_id", "email", "guard_mask", "tableoid"), UPDATE ("guard_mask"), DELETE ON TABLE "public"."subscriber" TO "sminion_owner";

-- column_grant:public.unsaid:sminion_owner
REVOKE ALL ON TABLE "public"."unsaid" FROM "sminion_owner";
GRANT SELECT ("ctid", "customer_id", "email", "guard_mask", "tableoid"), UPDATE ("guard_mask"), DELETE ON TABLE "public"."unsaid" TO "sminion_owner";

-- column_grant:crm.click:sminion_owner
REVOKE ALL ON TABLE "crm"."click" FROM "sminion_owner";
GRANT SELECT ("ctid", "email", "guard_mask", "guard_subject", "tableoid", "visit_no"), UPDATE ("guard_mask", "guard_subject"), DELETE ON TABLE "crm"."click" TO "sminion_owner";

-- column_grant:public.invoice:sminion_owner
REVOKE ALL ON TABLE "public"."invoice" FROM "sminion_owner";
GRANT SELECT ("ctid", "customer_id", "guard_mask", "guard_subject", "iban", "id", "tableoid"), UPDATE ("guard_mask", "guard_subject"), DELETE ON TABLE "public"."invoice" TO "sminion_owner";

-- trigger_function:row_crm_contact_415e7f (as owner)
-- Row trigger of "crm"."contact": whatever the client sent, the mask is that of the subject's state, read under its share lock.
-- Definer, because neither states nor parents are for purposes to read.
CREATE OR REPLACE FUNCTION sminion."row_crm_contact_415e7f"() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  permitted bigint := -1;
  one       bigint;
  done      boolean;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    IF TG_OP = 'DELETE' THEN
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = OLD."id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(OLD."id"::text, 'crm');
  END IF;
  permitted := permitted & one;
      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY[OLD."id"::text]);
      RETURN OLD;
    ELSIF OLD."id" IS DISTINCT FROM NEW."id" THEN
      done := sminion.permit_move(ARRAY[OLD."id"::text], ARRAY[NEW."id"::text], 'crm.contact', 'crm', false);
    END IF;
  END IF;
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = NEW."id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(NEW."id"::text, 'crm');
  END IF;
  permitted := permitted & one;
  -- Read after the locks: a change that could not get one is in force all the same. There is hardly ever one, so what it denies
  -- is asked apart: an aggregate would cost each row as much as the lock.
  PERFORM FROM sminion.pending_change c WHERE c.subject IN (NEW."id"::text);
  IF FOUND THEN
    permitted := permitted & ~(
      SELECT coalesce(bit_or(c.denied), 0) FROM sminion.pending_change c WHERE c.subject IN (NEW."id"::text));
  END IF;
  NEW.guard_mask := permitted;
  RETURN NEW;
END
$sminion$;

-- row_trigger:crm.contact
-- Named to fire last among BEFORE triggers (they fire in the order of their names): no other may change the subject after
-- the mask was computed for it. On UPDATE it does not fire where sminion.set_masks has computed masks for many rows at once; a
-- trigger of its own for the rest, since a condition costs each statement 15 microseconds.
DROP TRIGGER IF EXISTS "~guard_row" ON "crm"."contact";
CREATE TRIGGER "~guard_row" BEFORE UPDATE ON "crm"."contact"
  FOR EACH ROW WHEN (
    current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name
    OR pg_catalog.current_setting('sminion.masks_set', true) OPERATOR(pg_catalog.=) 'yes' IS NOT TRUE)
  EXECUTE FUNCTION sminion."row_crm_contact_415e7f"();
ALTER TABLE "crm"."contact" ENABLE ALWAYS TRIGGER "~guard_row";
DROP TRIGGER IF EXISTS "~guard_row_made" ON "crm"."contact";
CREATE TRIGGER "~guard_row_made" BEFORE INSERT OR DELETE ON "crm"."contact"
  FOR EACH ROW EXECUTE FUNCTION sminion."row_crm_contact_415e7f"();
ALTER TABLE "crm"."contact" ENABLE ALWAYS TRIGGER "~guard_row_made";

-- partition_maker:crm.contact (as owner)
-- A new partition gets copies of the row triggers of its table, and for each copy PostgreSQL asks whether whoever makes the
-- partition may execute the function. So the owner of a partitioned table may, and of a partition that is partitioned itself: just
-- the functions of these triggers. Nobody can call them, and he cannot name them for a trigger elsewhere without USAGE on schema
-- `sminion`. An owner from before loses it here.
DO $sminion$
DECLARE
  clone pg_catalog.name;
  whose text;
BEGIN
  FOREACH clone IN ARRAY '{"row_crm_contact_415e7f"}'::pg_catalog.name[] LOOP
    FOR whose IN
      SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END
      FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
      WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = clone AND a.grantee <> p.proowner
    LOOP
      EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION sminion.%I() FROM %s', clone, whose);
    END LOOP;
    FOR whose IN
      SELECT DISTINCT c.relowner::pg_catalog.regrole::text
      FROM pg_catalog.pg_partition_tree('"crm"."contact"'::pg_catalog.regclass) t JOIN pg_catalog.pg_class c ON c.oid = t.relid
      WHERE c.relkind = 'p' AND c.relowner <> 'sminion_owner'::pg_catalog.regrole
    LOOP
      EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION sminion.%I() TO %s', clone, whose);
    END LOOP;
  END LOOP;
END
$sminion$;

-- trigger_function:row_crm_gift_d76c67 (as owner)
-- Row trigger of "crm"."gift": whatever the client sent, the mask is that of the subject's state, read under its share lock.
-- Definer, because neither states nor parents are for purposes to read.
CREATE OR REPLACE FUNCTION sminion."row_crm_gift_d76c67"() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  permitted bigint := -1;
  one       bigint;
  done      boolean;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    IF TG_OP = 'DELETE' THEN
  -- a row about nobody permits everything
  IF OLD."giver" IS NOT NULL OR OLD."taker" IS NOT NULL THEN
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = OLD."giver"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(OLD."giver"::text, 'crm');
  END IF;
  permitted := permitted & one;
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = OLD."taker"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(OLD."taker"::text, 'crm');
  END IF;
  permitted := permitted & one;
  END IF;
      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY[OLD."giver"::text, OLD."taker"::text]);
      RETURN OLD;
    ELSIF OLD."giver" IS DISTINCT FROM NEW."giver" OR OLD."taker" IS DISTINCT FROM NEW."taker" THEN
      done := sminion.permit_move(ARRAY[OLD."giver"::text, OLD."taker"::text], ARRAY[NEW."giver"::text, NEW."taker"::text], 'crm.gift', 'crm', false);
    END IF;
  END IF;
  -- a row about nobody permits everything
  IF NEW."giver" IS NOT NULL OR NEW."taker" IS NOT NULL THEN
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = NEW."giver"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(NEW."giver"::text, 'crm');
  END IF;
  permitted := permitted & one;
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = NEW."taker"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(NEW."taker"::text, 'crm');
  END IF;
  permitted := permitted & one;
  END IF;
  -- Read after the locks: a change that could not get one is in force all the same. There is hardly ever one, so what it denies
  -- is asked apart: an aggregate would cost each row as much as the lock.
  PERFORM FROM sminion.pending_change c WHERE c.subject IN (NEW."giver"::text, NEW."taker"::text);
  IF FOUND THEN
    permitted := permitted & ~(
      SELECT coalesce(bit_or(c.denied), 0) FROM sminion.pending_change c WHERE c.subject IN (NEW."giver"::text, NEW."taker"::text));
  END IF;
  NEW.guard_mask := permitted;
  RETURN NEW;
END
$sminion$;

-- row_trigger:crm.gift
-- Named to fire last among BEFORE triggers (they fire in the order of their names): no other may change the subject after
-- the mask was computed for it. On UPDATE it does not fire where sminion.set_masks has computed masks for many rows at once; a
-- trigger of its own for the rest, since a condition costs each statement 15 microseconds.
DROP TRIGGER IF EXISTS "~guard_row" ON "crm"."gift";
CREATE TRIGGER "~guard_row" BEFORE UPDATE ON "crm"."gift"
  FOR EACH ROW WHEN (
    current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name
    OR pg_catalog.current_setting('sminion.masks_set', true) OPERATOR(pg_catalog.=) 'yes' IS NOT TRUE)
  EXECUTE FUNCTION sminion."row_crm_gift_d76c67"();
ALTER TABLE "crm"."gift" ENABLE ALWAYS TRIGGER "~guard_row";
DROP TRIGGER IF EXISTS "~guard_row_made" ON "crm"."gift";
CREATE TRIGGER "~guard_row_made" BEFORE INSERT OR DELETE ON "crm"."gift"
  FOR EACH ROW EXECUTE FUNCTION sminion."row_crm_gift_d76c67"();
ALTER TABLE "crm"."gift" ENABLE ALWAYS TRIGGER "~guard_row_made";

-- partition_maker:crm.gift (as owner)
-- A new partition gets copies of the row triggers of its table, and for each copy PostgreSQL asks whether whoever makes the
-- partition may execute the function. So the owner of a partitioned table may, and of a partition that is partitioned itself: just
-- the functions of these triggers. Nobody can call them, and he cannot name them for a trigger elsewhere without USAGE on schema
-- `sminion`. An owner from before loses it here.
DO $sminion$
DECLARE
  clone pg_catalog.name;
  whose text;
BEGIN
  FOREACH clone IN ARRAY '{"row_crm_gift_d76c67"}'::pg_catalog.name[] LOOP
    FOR whose IN
      SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END
      FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
      WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = clone AND a.grantee <> p.proowner
    LOOP
      EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION sminion.%I() FROM %s', clone, whose);
    END LOOP;
    FOR whose IN
      SELECT DISTINCT c.relowner::pg_catalog.regrole::text
      FROM pg_catalog.pg_partition_tree('"crm"."gift"'::pg_catalog.regclass) t JOIN pg_catalog.pg_class c ON c.oid = t.relid
      WHERE c.relkind = 'p' AND c.relowner <> 'sminion_owner'::pg_catalog.regrole
    LOOP
      EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION sminion.%I() TO %s', clone, whose);
    END LOOP;
  END LOOP;
END
$sminion$;

-- trigger_function:row_crm_letter_76bf3f (as owner)
-- Row trigger of "crm"."letter": whatever the client sent, the mask is that of the subject's state, read under its share lock.
-- Definer, because neither states nor parents are for purposes to read.
CREATE OR REPLACE FUNCTION sminion."row_crm_letter_76bf3f"() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  permitted bigint := -1;
  one       bigint;
  done      boolean;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    IF TG_OP = 'DELETE' THEN
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = OLD."person"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(OLD."person"::text, 'crm');
  END IF;
  permitted := permitted & one;
      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY[OLD."person"::text]);
      RETURN OLD;
    ELSIF OLD."person" IS DISTINCT FROM NEW."person" THEN
      done := sminion.permit_move(ARRAY[OLD."person"::text], ARRAY[NEW."person"::text], 'crm.letter', 'crm', false);
    END IF;
  END IF;
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = NEW."person"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(NEW."person"::text, 'crm');
  END IF;
  permitted := permitted & one;
  -- Read after the locks: a change that could not get one is in force all the same. There is hardly ever one, so what it denies
  -- is asked apart: an aggregate would cost each row as much as the lock.
  PERFORM FROM sminion.pending_change c WHERE c.subject IN (NEW."person"::text);
  IF FOUND THEN
    permitted := permitted & ~(
      SELECT coalesce(bit_or(c.denied), 0) FROM sminion.pending_change c WHERE c.subject IN (NEW."person"::text));
  END IF;
  NEW.guard_mask := permitted;
  RETURN NEW;
END
$sminion$;

-- row_trigger:crm.letter
-- Named to fire last among BEFORE triggers (they fire in the order of their names): no other may change the subject after
-- the mask was computed for it. On UPDATE it does not fire where sminion.set_masks has computed masks for many rows at once; a
-- trigger of its own for the rest, since a condition costs each statement 15 microseconds.
DROP TRIGGER IF EXISTS "~guard_row" ON "crm"."letter";
CREATE TRIGGER "~guard_row" BEFORE UPDATE ON "crm"."letter"
  FOR EACH ROW WHEN (
    current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name
    OR pg_catalog.current_setting('sminion.masks_set', true) OPERATOR(pg_catalog.=) 'yes' IS NOT TRUE)
  EXECUTE FUNCTION sminion."row_crm_letter_76bf3f"();
ALTER TABLE "crm"."letter" ENABLE ALWAYS TRIGGER "~guard_row";
DROP TRIGGER IF EXISTS "~guard_row_made" ON "crm"."letter";
CREATE TRIGGER "~guard_row_made" BEFORE INSERT OR DELETE ON "crm"."letter"
  FOR EACH ROW EXECUTE FUNCTION sminion."row_crm_letter_76bf3f"();
ALTER TABLE "crm"."letter" ENABLE ALWAYS TRIGGER "~guard_row_made";

-- partition_maker:crm.letter (as owner)
-- A new partition gets copies of the row triggers of its table, and for each copy PostgreSQL asks whether whoever makes the
-- partition may execute the function. So the owner of a partitioned table may, and of a partition that is partitioned itself: just
-- the functions of these triggers. Nobody can call them, and he cannot name them for a trigger elsewhere without USAGE on schema
-- `sminion`. An owner from before loses it here.
DO $sminion$
DECLARE
  clone pg_catalog.name;
  whose text;
BEGIN
  FOREACH clone IN ARRAY '{"row_crm_letter_76bf3f"}'::pg_catalog.name[] LOOP
    FOR whose IN
      SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END
      FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
      WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = clone AND a.grantee <> p.proowner
    LOOP
      EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION sminion.%I() FROM %s', clone, whose);
    END LOOP;
    FOR whose IN
      SELECT DISTINCT c.relowner::pg_catalog.regrole::text
      FROM pg_catalog.pg_partition_tree('"crm"."letter"'::pg_catalog.regclass) t JOIN pg_catalog.pg_class c ON c.oid = t.relid
      WHERE c.relkind = 'p' AND c.relowner <> 'sminion_owner'::pg_catalog.regrole
    LOOP
      EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION sminion.%I() TO %s', clone, whose);
    END LOOP;
  END LOOP;
END
$sminion$;

-- trigger_function:row_crm_narrow_376aff (as owner)
-- Row trigger of "crm"."narrow": whatever the client sent, the mask is that of the subject's state, read under its share lock.
-- Definer, because neither states nor parents are for purposes to read.
CREATE OR REPLACE FUNCTION sminion."row_crm_narrow_376aff"() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  permitted bigint := -1;
  one       bigint;
  done      boolean;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    IF TG_OP = 'DELETE' THEN
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = OLD."id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(OLD."id"::text, 'crm');
  END IF;
  permitted := permitted & one;
      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY[OLD."id"::text]);
      RETURN OLD;
    ELSIF OLD."id" IS DISTINCT FROM NEW."id" THEN
      done := sminion.permit_move(ARRAY[OLD."id"::text], ARRAY[NEW."id"::text], 'crm.narrow', 'crm', false);
    END IF;
  END IF;
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = NEW."id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(NEW."id"::text, 'crm');
  END IF;
  permitted := permitted & one;
  -- Read after the locks: a change that could not get one is in force all the same. There is hardly ever one, so what it denies
  -- is asked apart: an aggregate would cost each row as much as the lock.
  PERFORM FROM sminion.pending_change c WHERE c.subject IN (NEW."id"::text);
  IF FOUND THEN
    permitted := permitted & ~(
      SELECT coalesce(bit_or(c.denied), 0) FROM sminion.pending_change c WHERE c.subject IN (NEW."id"::text));
  END IF;
  NEW.guard_mask := permitted;
  RETURN NEW;
END
$sminion$;

-- row_trigger:crm.narrow
-- Named to fire last among BEFORE triggers (they fire in the order of their names): no other may change the subject after
-- the mask was computed for it. On UPDATE it does not fire where sminion.set_masks has computed masks for many rows at once; a
-- trigger of its own for the rest, since a condition costs each statement 15 microseconds.
DROP TRIGGER IF EXISTS "~guard_row" ON "crm"."narrow";
CREATE TRIGGER "~guard_row" BEFORE UPDATE ON "crm"."narrow"
  FOR EACH ROW WHEN (
    current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name
    OR pg_catalog.current_setting('sminion.masks_set', true) OPERATOR(pg_catalog.=) 'yes' IS NOT TRUE)
  EXECUTE FUNCTION sminion."row_crm_narrow_376aff"();
ALTER TABLE "crm"."narrow" ENABLE ALWAYS TRIGGER "~guard_row";
DROP TRIGGER IF EXISTS "~guard_row_made" ON "crm"."narrow";
CREATE TRIGGER "~guard_row_made" BEFORE INSERT OR DELETE ON "crm"."narrow"
  FOR EACH ROW EXECUTE FUNCTION sminion."row_crm_narrow_376aff"();
ALTER TABLE "crm"."narrow" ENABLE ALWAYS TRIGGER "~guard_row_made";

-- partition_maker:crm.narrow (as owner)
-- A new partition gets copies of the row triggers of its table, and for each copy PostgreSQL asks whether whoever makes the
-- partition may execute the function. So the owner of a partitioned table may, and of a partition that is partitioned itself: just
-- the functions of these triggers. Nobody can call them, and he cannot name them for a trigger elsewhere without USAGE on schema
-- `sminion`. An owner from before loses it here.
DO $sminion$
DECLARE
  clone pg_catalog.name;
  whose text;
BEGIN
  FOREACH clone IN ARRAY '{"row_crm_narrow_376aff"}'::pg_catalog.name[] LOOP
    FOR whose IN
      SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END
      FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
      WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = clone AND a.grantee <> p.proowner
    LOOP
      EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION sminion.%I() FROM %s', clone, whose);
    END LOOP;
    FOR whose IN
      SELECT DISTINCT c.relowner::pg_catalog.regrole::text
      FROM pg_catalog.pg_partition_tree('"crm"."narrow"'::pg_catalog.regclass) t JOIN pg_catalog.pg_class c ON c.oid = t.relid
      WHERE c.relkind = 'p' AND c.relowner <> 'sminion_owner'::pg_catalog.regrole
    LOOP
      EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION sminion.%I() TO %s', clone, whose);
    END LOOP;
  END LOOP;
END
$sminion$;

-- trigger_function:row_crm_shut_433f17 (as owner)
-- Row trigger of "crm"."shut": whatever the client sent, the mask is that of the subject's state, read under its share lock.
-- Definer, because neither states nor parents are for purposes to read.
CREATE OR REPLACE FUNCTION sminion."row_crm_shut_433f17"() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  permitted bigint := -1;
  one       bigint;
  done      boolean;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    IF TG_OP = 'DELETE' THEN
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = OLD."id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(OLD."id"::text, 'crm');
  END IF;
  permitted := permitted & one;
      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY[OLD."id"::text]);
      RETURN OLD;
    ELSIF OLD."id" IS DISTINCT FROM NEW."id" THEN
      done := sminion.permit_move(ARRAY[OLD."id"::text], ARRAY[NEW."id"::text], 'crm.shut', 'crm', false);
    END IF;
  END IF;
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = NEW."id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(NEW."id"::text, 'crm');
  END IF;
  permitted := permitted & one;
  -- Read after the locks: a change that could not get one is in force all the same. There is hardly ever one, so what it denies
  -- is asked apart: an aggregate would cost each row as much as the lock.
  PERFORM FROM sminion.pending_change c WHERE c.subject IN (NEW."id"::text);
  IF FOUND THEN
    permitted := permitted & ~(
      SELECT coalesce(bit_or(c.denied), 0) FROM sminion.pending_change c WHERE c.subject IN (NEW."id"::text));
  END IF;
  NEW.guard_mask := permitted;
  RETURN NEW;
END
$sminion$;

-- row_trigger:crm.shut
-- Named to fire last among BEFORE triggers (they fire in the order of their names): no other may change the subject after
-- the mask was computed for it. On UPDATE it does not fire where sminion.set_masks has computed masks for many rows at once; a
-- trigger of its own for the rest, since a condition costs each statement 15 microseconds.
DROP TRIGGER IF EXISTS "~guard_row" ON "crm"."shut";
CREATE TRIGGER "~guard_row" BEFORE UPDATE ON "crm"."shut"
  FOR EACH ROW WHEN (
    current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name
    OR pg_catalog.current_setting('sminion.masks_set', true) OPERATOR(pg_catalog.=) 'yes' IS NOT TRUE)
  EXECUTE FUNCTION sminion."row_crm_shut_433f17"();
ALTER TABLE "crm"."shut" ENABLE ALWAYS TRIGGER "~guard_row";
DROP TRIGGER IF EXISTS "~guard_row_made" ON "crm"."shut";
CREATE TRIGGER "~guard_row_made" BEFORE INSERT OR DELETE ON "crm"."shut"
  FOR EACH ROW EXECUTE FUNCTION sminion."row_crm_shut_433f17"();
ALTER TABLE "crm"."shut" ENABLE ALWAYS TRIGGER "~guard_row_made";

-- partition_maker:crm.shut (as owner)
-- A new partition gets copies of the row triggers of its table, and for each copy PostgreSQL asks whether whoever makes the
-- partition may execute the function. So the owner of a partitioned table may, and of a partition that is partitioned itself: just
-- the functions of these triggers. Nobody can call them, and he cannot name them for a trigger elsewhere without USAGE on schema
-- `sminion`. An owner from before loses it here.
DO $sminion$
DECLARE
  clone pg_catalog.name;
  whose text;
BEGIN
  FOREACH clone IN ARRAY '{"row_crm_shut_433f17"}'::pg_catalog.name[] LOOP
    FOR whose IN
      SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END
      FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
      WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = clone AND a.grantee <> p.proowner
    LOOP
      EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION sminion.%I() FROM %s', clone, whose);
    END LOOP;
    FOR whose IN
      SELECT DISTINCT c.relowner::pg_catalog.regrole::text
      FROM pg_catalog.pg_partition_tree('"crm"."shut"'::pg_catalog.regclass) t JOIN pg_catalog.pg_class c ON c.oid = t.relid
      WHERE c.relkind = 'p' AND c.relowner <> 'sminion_owner'::pg_catalog.regrole
    LOOP
      EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION sminion.%I() TO %s', clone, whose);
    END LOOP;
  END LOOP;
END
$sminion$;

-- trigger_function:row_crm_visit_70ee05 (as owner)
-- Row trigger of "crm"."visit": whatever the client sent, the mask is that of the subject's state, read under its share lock.
-- Definer, because neither states nor parents are for purposes to read.
CREATE OR REPLACE FUNCTION sminion."row_crm_visit_70ee05"() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  permitted bigint := -1;
  one       bigint;
  done      boolean;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    IF TG_OP = 'DELETE' THEN
  -- a row about nobody permits everything
  IF OLD."person" IS NOT NULL THEN
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = OLD."person"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(OLD."person"::text, 'crm');
  END IF;
  permitted := permitted & one;
  END IF;
      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY[OLD."person"::text]);
      RETURN OLD;
    ELSIF OLD."person" IS DISTINCT FROM NEW."person" THEN
      done := sminion.permit_move(ARRAY[OLD."person"::text], ARRAY[NEW."person"::text], 'crm.visit', 'crm', true);
    END IF;
  END IF;
  -- a row about nobody permits everything
  IF NEW."person" IS NOT NULL THEN
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = NEW."person"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(NEW."person"::text, 'crm');
  END IF;
  permitted := permitted & one;
  END IF;
  -- Read after the locks: a change that could not get one is in force all the same. There is hardly ever one, so what it denies
  -- is asked apart: an aggregate would cost each row as much as the lock.
  PERFORM FROM sminion.pending_change c WHERE c.subject IN (NEW."person"::text);
  IF FOUND THEN
    permitted := permitted & ~(
      SELECT coalesce(bit_or(c.denied), 0) FROM sminion.pending_change c WHERE c.subject IN (NEW."person"::text));
  END IF;
  NEW.guard_mask := permitted;
  RETURN NEW;
END
$sminion$;

-- row_trigger:crm.visit
-- Named to fire last among BEFORE triggers (they fire in the order of their names): no other may change the subject after
-- the mask was computed for it. On UPDATE it does not fire where sminion.set_masks has computed masks for many rows at once; a
-- trigger of its own for the rest, since a condition costs each statement 15 microseconds.
DROP TRIGGER IF EXISTS "~guard_row" ON "crm"."visit";
CREATE TRIGGER "~guard_row" BEFORE UPDATE ON "crm"."visit"
  FOR EACH ROW WHEN (
    current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name
    OR pg_catalog.current_setting('sminion.masks_set', true) OPERATOR(pg_catalog.=) 'yes' IS NOT TRUE)
  EXECUTE FUNCTION sminion."row_crm_visit_70ee05"();
ALTER TABLE "crm"."visit" ENABLE ALWAYS TRIGGER "~guard_row";
DROP TRIGGER IF EXISTS "~guard_row_made" ON "crm"."visit";
CREATE TRIGGER "~guard_row_made" BEFORE INSERT OR DELETE ON "crm"."visit"
  FOR EACH ROW EXECUTE FUNCTION sminion."row_crm_visit_70ee05"();
ALTER TABLE "crm"."visit" ENABLE ALWAYS TRIGGER "~guard_row_made";

-- trigger_function:moved_crm_visit_70ee05 (as owner)
-- Trigger of "crm"."visit" when a row moves to another subject: its children follow, each through its own row trigger. So they do
-- when the row was deleted, and the same statement made it anew for another subject, as a foreign key permits.
CREATE OR REPLACE FUNCTION sminion."moved_crm_visit_70ee05"() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  before text;
  anew   bigint;
BEGIN
  IF TG_OP = 'DELETE' THEN
SELECT p."person" INTO anew FROM "crm"."visit" p WHERE p."no" = OLD."no";
    IF FOUND AND anew IS DISTINCT FROM OLD."person" THEN
      PERFORM sminion.moved(OLD."person"::text);
      before := sminion.begin_replica_role();
      UPDATE "crm"."click" AS c SET guard_mask = CASE WHEN c.guard_mask IS NULL THEN 0 END WHERE c."visit_no" = OLD."no";
      PERFORM sminion.end_replica_role(before);
      PERFORM sminion.require_followed('crm', 'click', EXISTS (
        SELECT FROM "crm"."click" c WHERE c."visit_no" = OLD."no" AND c.guard_subject IS DISTINCT FROM anew));
    END IF;
    RETURN NULL;
  END IF;
  PERFORM sminion.moved(OLD."person"::text);
before := sminion.begin_replica_role();
  UPDATE "crm"."click" AS c SET guard_mask = CASE WHEN c.guard_mask IS NULL THEN 0 END WHERE c."visit_no" = NEW."no";
  PERFORM sminion.end_replica_role(before);
  PERFORM sminion.require_followed('crm', 'click', EXISTS (
    SELECT FROM "crm"."click" c WHERE c."visit_no" = NEW."no" AND c.guard_subject IS DISTINCT FROM NEW."person"));
  RETURN NULL;
END
$sminion$;

-- moved_trigger:crm.visit
DROP TRIGGER IF EXISTS "~guard_moved" ON "crm"."visit";
CREATE TRIGGER "~guard_moved" AFTER UPDATE ON "crm"."visit"
  FOR EACH ROW WHEN (OLD."no" IS DISTINCT FROM NEW."no" OR OLD."person" IS DISTINCT FROM NEW."person") EXECUTE FUNCTION sminion."moved_crm_visit_70ee05"();
ALTER TABLE "crm"."visit" ENABLE ALWAYS TRIGGER "~guard_moved";
-- Its name is after those of foreign keys: children that a key deletes are gone by then.
DROP TRIGGER IF EXISTS "~guard_made_anew" ON "crm"."visit";
CREATE TRIGGER "~guard_made_anew" AFTER DELETE ON "crm"."visit"
  FOR EACH ROW EXECUTE FUNCTION sminion."moved_crm_visit_70ee05"();
ALTER TABLE "crm"."visit" ENABLE ALWAYS TRIGGER "~guard_made_anew";

-- partition_maker:crm.visit (as owner)
-- A new partition gets copies of the row triggers of its table, and for each copy PostgreSQL asks whether whoever makes the
-- partition may execute the function. So the owner of a partitioned table may, and of a partition that is partitioned itself: just
-- the functions of these triggers. Nobody can call them, and he cannot name them for a trigger elsewhere without USAGE on schema
-- `sminion`. An owner from before loses it here.
DO $sminion$
DECLARE
  clone pg_catalog.name;
  whose text;
BEGIN
  FOREACH clone IN ARRAY '{"moved_crm_visit_70ee05","row_crm_visit_70ee05"}'::pg_catalog.name[] LOOP
    FOR whose IN
      SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END
      FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
      WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = clone AND a.grantee <> p.proowner
    LOOP
      EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION sminion.%I() FROM %s', clone, whose);
    END LOOP;
    FOR whose IN
      SELECT DISTINCT c.relowner::pg_catalog.regrole::text
      FROM pg_catalog.pg_partition_tree('"crm"."visit"'::pg_catalog.regclass) t JOIN pg_catalog.pg_class c ON c.oid = t.relid
      WHERE c.relkind = 'p' AND c.relowner <> 'sminion_owner'::pg_catalog.regrole
    LOOP
      EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION sminion.%I() TO %s', clone, whose);
    END LOOP;
  END LOOP;
END
$sminion$;

-- trigger_function:row_public_customer_df6daf (as owner)
-- Row trigger of "public"."customer": whatever the client sent, the mask is that of the subject's state, read under its share lock.
-- Definer, because neither states nor parents are for purposes to read.
CREATE OR REPLACE FUNCTION sminion."row_public_customer_df6daf"() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  permitted bigint := -1;
  one       bigint;
  done      boolean;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    IF TG_OP = 'DELETE' THEN
SELECT sminion.mask_in(s.*, 'public') INTO one FROM sminion.subject_state s WHERE s.subject = OLD."id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(OLD."id"::text, 'public');
  END IF;
  permitted := permitted & one;
      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY[OLD."id"::text]);
      RETURN OLD;
    ELSIF OLD."id" IS DISTINCT FROM NEW."id" THEN
      done := sminion.permit_move(ARRAY[OLD."id"::text], ARRAY[NEW."id"::text], 'public.customer', 'public', true);
    END IF;
  END IF;
SELECT sminion.mask_in(s.*, 'public') INTO one FROM sminion.subject_state s WHERE s.subject = NEW."id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(NEW."id"::text, 'public');
  END IF;
  permitted := permitted & one;
  -- Read after the locks: a change that could not get one is in force all the same. There is hardly ever one, so what it denies
  -- is asked apart: an aggregate would cost each row as much as the lock.
  PERFORM FROM sminion.pending_change c WHERE c.subject IN (NEW."id"::text);
  IF FOUND THEN
    permitted := permitted & ~(
      SELECT coalesce(bit_or(c.denied), 0) FROM sminion.pending_change c WHERE c.subject IN (NEW."id"::text));
  END IF;
  NEW.guard_mask := permitted;
  RETURN NEW;
END
$sminion$;

-- row_trigger:public.customer
-- Named to fire last among BEFORE triggers (they fire in the order of their names): no other may change the subject after
-- the mask was computed for it. On UPDATE it does not fire where sminion.set_masks has computed masks for many rows at once; a
-- trigger of its own for the rest, since a condition costs each statement 15 microseconds.
DROP TRIGGER IF EXISTS "~guard_row" ON "public"."customer";
CREATE TRIGGER "~guard_row" BEFORE UPDATE ON "public"."customer"
  FOR EACH ROW WHEN (
    current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name
    OR pg_catalog.current_setting('sminion.masks_set', true) OPERATOR(pg_catalog.=) 'yes' IS NOT TRUE)
  EXECUTE FUNCTION sminion."row_public_customer_df6daf"();
ALTER TABLE "public"."customer" ENABLE ALWAYS TRIGGER "~guard_row";
DROP TRIGGER IF EXISTS "~guard_row_made" ON "public"."customer";
CREATE TRIGGER "~guard_row_made" BEFORE INSERT OR DELETE ON "public"."customer"
  FOR EACH ROW EXECUTE FUNCTION sminion."row_public_customer_df6daf"();
ALTER TABLE "public"."customer" ENABLE ALWAYS TRIGGER "~guard_row_made";

-- trigger_function:moved_public_customer_df6daf (as owner)
-- Trigger of "public"."customer" when a row moves to another subject: its children follow, each through its own row trigger. So they do
-- when the row was deleted, and the same statement made it anew for another subject, as a foreign key permits.
CREATE OR REPLACE FUNCTION sminion."moved_public_customer_df6daf"() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  before text;
  anew   bigint;
BEGIN
  IF TG_OP = 'DELETE' THEN
SELECT p."id" INTO anew FROM "public"."customer" p WHERE p."id" = OLD."id";
    IF FOUND AND anew IS DISTINCT FROM OLD."id" THEN
      PERFORM sminion.moved(OLD."id"::text);
      before := sminion.begin_replica_role();
      UPDATE "public"."invoice" AS c SET guard_mask = CASE WHEN c.guard_mask IS NULL THEN 0 END WHERE c."customer_id" = OLD."id";
      PERFORM sminion.end_replica_role(before);
      PERFORM sminion.require_followed('public', 'invoice', EXISTS (
        SELECT FROM "public"."invoice" c WHERE c."customer_id" = OLD."id" AND c.guard_subject IS DISTINCT FROM anew));
    END IF;
    RETURN NULL;
  END IF;
  PERFORM sminion.moved(OLD."id"::text);
before := sminion.begin_replica_role();
  UPDATE "public"."invoice" AS c SET guard_mask = CASE WHEN c.guard_mask IS NULL THEN 0 END WHERE c."customer_id" = NEW."id";
  PERFORM sminion.end_replica_role(before);
  PERFORM sminion.require_followed('public', 'invoice', EXISTS (
    SELECT FROM "public"."invoice" c WHERE c."customer_id" = NEW."id" AND c.guard_subject IS DISTINCT FROM NEW."id"));
  RETURN NULL;
END
$sminion$;

-- moved_trigger:public.customer
DROP TRIGGER IF EXISTS "~guard_moved" ON "public"."customer";
CREATE TRIGGER "~guard_moved" AFTER UPDATE ON "public"."customer"
  FOR EACH ROW WHEN (OLD."id" IS DISTINCT FROM NEW."id") EXECUTE FUNCTION sminion."moved_public_customer_df6daf"();
ALTER TABLE "public"."customer" ENABLE ALWAYS TRIGGER "~guard_moved";
-- Its name is after those of foreign keys: children that a key deletes are gone by then.
DROP TRIGGER IF EXISTS "~guard_made_anew" ON "public"."customer";
CREATE TRIGGER "~guard_made_anew" AFTER DELETE ON "public"."customer"
  FOR EACH ROW EXECUTE FUNCTION sminion."moved_public_customer_df6daf"();
ALTER TABLE "public"."customer" ENABLE ALWAYS TRIGGER "~guard_made_anew";

-- partition_maker:public.customer (as owner)
-- A new partition gets copies of the row triggers of its table, and for each copy PostgreSQL asks whether whoever makes the
-- partition may execute the function. So the owner of a partitioned table may, and of a partition that is partitioned itself: just
-- the functions of these triggers. Nobody can call them, and he cannot name them for a trigger elsewhere without USAGE on schema
-- `sminion`. An owner from before loses it here.
DO $sminion$
DECLARE
  clone pg_catalog.name;
  whose text;
BEGIN
  FOREACH clone IN ARRAY '{"moved_public_customer_df6daf","row_public_customer_df6daf"}'::pg_catalog.name[] LOOP
    FOR whose IN
      SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END
      FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
      WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = clone AND a.grantee <> p.proowner
    LOOP
      EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION sminion.%I() FROM %s', clone, whose);
    END LOOP;
    FOR whose IN
      SELECT DISTINCT c.relowner::pg_catalog.regrole::text
      FROM pg_catalog.pg_partition_tree('"public"."customer"'::pg_catalog.regclass) t JOIN pg_catalog.pg_class c ON c.oid = t.relid
      WHERE c.relkind = 'p' AND c.relowner <> 'sminion_owner'::pg_catalog.regrole
    LOOP
      EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION sminion.%I() TO %s', clone, whose);
    END LOOP;
  END LOOP;
END
$sminion$;

-- trigger_function:row_public_subscriber_85e8a6 (as owner)
-- Row trigger of "public"."subscriber": whatever the client sent, the mask is that of the subject's state, read under its share lock.
-- Definer, because neither states nor parents are for purposes to read.
CREATE OR REPLACE FUNCTION sminion."row_public_subscriber_85e8a6"() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  permitted bigint := -1;
  one       bigint;
  done      boolean;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    IF TG_OP = 'DELETE' THEN
SELECT sminion.mask_in(s.*, 'public') INTO one FROM sminion.subject_state s WHERE s.subject = OLD."customer_id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(OLD."customer_id"::text, 'public');
  END IF;
  permitted := permitted & one;
      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY[OLD."customer_id"::text]);
      RETURN OLD;
    ELSIF OLD."customer_id" IS DISTINCT FROM NEW."customer_id" THEN
      done := sminion.permit_move(ARRAY[OLD."customer_id"::text], ARRAY[NEW."customer_id"::text], 'public.subscriber', 'public', false);
    END IF;
  END IF;
SELECT sminion.mask_in(s.*, 'public') INTO one FROM sminion.subject_state s WHERE s.subject = NEW."customer_id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(NEW."customer_id"::text, 'public');
  END IF;
  permitted := permitted & one;
  -- Read after the locks: a change that could not get one is in force all the same. There is hardly ever one, so what it denies
  -- is asked apart: an aggregate would cost each row as much as the lock.
  PERFORM FROM sminion.pending_change c WHERE c.subject IN (NEW."customer_id"::text);
  IF FOUND THEN
    permitted := permitted & ~(
      SELECT coalesce(bit_or(c.denied), 0) FROM sminion.pending_change c WHERE c.subject IN (NEW."customer_id"::text));
  END IF;
  NEW.guard_mask := permitted;
  RETURN NEW;
END
$sminion$;

-- row_trigger:public.subscriber
-- Named to fire last among BEFORE triggers (they fire in the order of their names): no other may change the subject after
-- the mask was computed for it. On UPDATE it does not fire where sminion.set_masks has computed masks for many rows at once; a
-- trigger of its own for the rest, since a condition costs each statement 15 microseconds.
DROP TRIGGER IF EXISTS "~guard_row" ON "public"."subscriber";
CREATE TRIGGER "~guard_row" BEFORE UPDATE ON "public"."subscriber"
  FOR EACH ROW WHEN (
    current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name
    OR pg_catalog.current_setting('sminion.masks_set', true) OPERATOR(pg_catalog.=) 'yes' IS NOT TRUE)
  EXECUTE FUNCTION sminion."row_public_subscriber_85e8a6"();
ALTER TABLE "public"."subscriber" ENABLE ALWAYS TRIGGER "~guard_row";
DROP TRIGGER IF EXISTS "~guard_row_made" ON "public"."subscriber";
CREATE TRIGGER "~guard_row_made" BEFORE INSERT OR DELETE ON "public"."subscriber"
  FOR EACH ROW EXECUTE FUNCTION sminion."row_public_subscriber_85e8a6"();
ALTER TABLE "public"."subscriber" ENABLE ALWAYS TRIGGER "~guard_row_made";

-- partition_maker:public.subscriber (as owner)
-- A new partition gets copies of the row triggers of its table, and for each copy PostgreSQL asks whether whoever makes the
-- partition may execute the function. So the owner of a partitioned table may, and of a partition that is partitioned itself: just
-- the functions of these triggers. Nobody can call them, and he cannot name them for a trigger elsewhere without USAGE on schema
-- `sminion`. An owner from before loses it here.
DO $sminion$
DECLARE
  clone pg_catalog.name;
  whose text;
BEGIN
  FOREACH clone IN ARRAY '{"row_public_subscriber_85e8a6"}'::pg_catalog.name[] LOOP
    FOR whose IN
      SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END
      FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
      WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = clone AND a.grantee <> p.proowner
    LOOP
      EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION sminion.%I() FROM %s', clone, whose);
    END LOOP;
    FOR whose IN
      SELECT DISTINCT c.relowner::pg_catalog.regrole::text
      FROM pg_catalog.pg_partition_tree('"public"."subscriber"'::pg_catalog.regclass) t JOIN pg_catalog.pg_class c ON c.oid = t.relid
      WHERE c.relkind = 'p' AND c.relowner <> 'sminion_owner'::pg_catalog.regrole
    LOOP
      EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION sminion.%I() TO %s', clone, whose);
    END LOOP;
  END LOOP;
END
$sminion$;

-- trigger_function:row_public_unsaid_d0a0c7 (as owner)
-- Row trigger of "public"."unsaid": whatever the client sent, the mask is that of the subject's state, read under its share lock.
-- Definer, because neither states nor parents are for purposes to read.
CREATE OR REPLACE FUNCTION sminion."row_public_unsaid_d0a0c7"() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  permitted bigint := -1;
  one       bigint;
  done      boolean;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    IF TG_OP = 'DELETE' THEN
SELECT sminion.mask_in(s.*, 'public') INTO one FROM sminion.subject_state s WHERE s.subject = OLD."customer_id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(OLD."customer_id"::text, 'public');
  END IF;
  permitted := permitted & one;
      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY[OLD."customer_id"::text]);
      RETURN OLD;
    ELSIF OLD."customer_id" IS DISTINCT FROM NEW."customer_id" THEN
      done := sminion.permit_move(ARRAY[OLD."customer_id"::text], ARRAY[NEW."customer_id"::text], 'public.unsaid', 'public', false);
    END IF;
  END IF;
SELECT sminion.mask_in(s.*, 'public') INTO one FROM sminion.subject_state s WHERE s.subject = NEW."customer_id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(NEW."customer_id"::text, 'public');
  END IF;
  permitted := permitted & one;
  -- Read after the locks: a change that could not get one is in force all the same. There is hardly ever one, so what it denies
  -- is asked apart: an aggregate would cost each row as much as the lock.
  PERFORM FROM sminion.pending_change c WHERE c.subject IN (NEW."customer_id"::text);
  IF FOUND THEN
    permitted := permitted & ~(
      SELECT coalesce(bit_or(c.denied), 0) FROM sminion.pending_change c WHERE c.subject IN (NEW."customer_id"::text));
  END IF;
  NEW.guard_mask := permitted;
  RETURN NEW;
END
$sminion$;

-- row_trigger:public.unsaid
-- Named to fire last among BEFORE triggers (they fire in the order of their names): no other may change the subject after
-- the mask was computed for it. On UPDATE it does not fire where sminion.set_masks has computed masks for many rows at once; a
-- trigger of its own for the rest, since a condition costs each statement 15 microseconds.
DROP TRIGGER IF EXISTS "~guard_row" ON "public"."unsaid";
CREATE TRIGGER "~guard_row" BEFORE UPDATE ON "public"."unsaid"
  FOR EACH ROW WHEN (
    current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name
    OR pg_catalog.current_setting('sminion.masks_set', true) OPERATOR(pg_catalog.=) 'yes' IS NOT TRUE)
  EXECUTE FUNCTION sminion."row_public_unsaid_d0a0c7"();
ALTER TABLE "public"."unsaid" ENABLE ALWAYS TRIGGER "~guard_row";
DROP TRIGGER IF EXISTS "~guard_row_made" ON "public"."unsaid";
CREATE TRIGGER "~guard_row_made" BEFORE INSERT OR DELETE ON "public"."unsaid"
  FOR EACH ROW EXECUTE FUNCTION sminion."row_public_unsaid_d0a0c7"();
ALTER TABLE "public"."unsaid" ENABLE ALWAYS TRIGGER "~guard_row_made";

-- partition_maker:public.unsaid (as owner)
-- A new partition gets copies of the row triggers of its table, and for each copy PostgreSQL asks whether whoever makes the
-- partition may execute the function. So the owner of a partitioned table may, and of a partition that is partitioned itself: just
-- the functions of these triggers. Nobody can call them, and he cannot name them for a trigger elsewhere without USAGE on schema
-- `sminion`. An owner from before loses it here.
DO $sminion$
DECLARE
  clone pg_catalog.name;
  whose text;
BEGIN
  FOREACH clone IN ARRAY '{"row_public_unsaid_d0a0c7"}'::pg_catalog.name[] LOOP
    FOR whose IN
      SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END
      FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
      WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = clone AND a.grantee <> p.proowner
    LOOP
      EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION sminion.%I() FROM %s', clone, whose);
    END LOOP;
    FOR whose IN
      SELECT DISTINCT c.relowner::pg_catalog.regrole::text
      FROM pg_catalog.pg_partition_tree('"public"."unsaid"'::pg_catalog.regclass) t JOIN pg_catalog.pg_class c ON c.oid = t.relid
      WHERE c.relkind = 'p' AND c.relowner <> 'sminion_owner'::pg_catalog.regrole
    LOOP
      EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION sminion.%I() TO %s', clone, whose);
    END LOOP;
  END LOOP;
END
$sminion$;

-- trigger_function:row_crm_click_14858a (as owner)
-- Row trigger of "crm"."click", whose subject is that of its parent: found, locked, and looked up once more, because the
-- parent may have moved to another subject while we waited for the lock. Without a parent nobody sees the row.
CREATE OR REPLACE FUNCTION sminion."row_crm_click_14858a"() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  permitted bigint;
  owner_key bigint;
  again_key bigint;
  had_key   bigint;
  written   xid;
  done      boolean;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    IF TG_OP = 'DELETE' THEN
      SELECT sminion.mask_in(s.*, 'crm') INTO permitted FROM sminion.subject_state s WHERE s.subject = OLD."guard_subject"::text FOR SHARE;
    IF OLD.guard_subject IS NULL AND OLD.guard_mask = -1 THEN
        permitted := -1;
      END IF;
      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY[OLD."guard_subject"::text]);
      RETURN OLD;
    END IF;
    had_key := OLD.guard_subject;
  END IF;
  SELECT p."person" INTO owner_key FROM "crm"."visit" p WHERE p."no" = NEW."visit_no";
  LOOP
    permitted := 0;
    -- A row about nobody permits everything: it leads to no parent, or to one that is about nobody. That parent is locked,
    -- because it may get a subject meanwhile: whoever gives it one waits for us, and takes this row along.
    IF owner_key IS NULL THEN
      SELECT p."person", p.guard_mask INTO owner_key, permitted
      FROM "crm"."visit" p WHERE p."no" = NEW."visit_no" FOR SHARE;
      permitted := CASE WHEN owner_key IS NULL AND (NEW."visit_no" IS NULL OR permitted = -1) THEN -1 ELSE 0 END;
    END IF;
    EXIT WHEN owner_key IS NULL;
    SELECT sminion.mask_in(s.*, 'crm') INTO permitted FROM sminion.subject_state s WHERE s.subject = owner_key::text FOR SHARE;
    IF NOT FOUND THEN
      -- A parent of our own transaction cannot move to another subject under us; any other must find a state to lock.
      SELECT p.xmin INTO written FROM "crm"."visit" p WHERE p."no" = NEW."visit_no";
      permitted := sminion.first_sight(owner_key::text, 'crm', settled => sminion.own_row(written) IS NOT TRUE);
    END IF;
    SELECT p."person" INTO again_key FROM "crm"."visit" p WHERE p."no" = NEW."visit_no";
    EXIT WHEN again_key IS NOT DISTINCT FROM owner_key;
    owner_key := again_key;
  END LOOP;
  -- It may also follow its parent to another subject. That a parent is gone says of whom the row is no less.
  IF had_key IS NOT NULL THEN
    IF had_key IS DISTINCT FROM owner_key AND (owner_key IS NOT NULL OR OLD."visit_no" IS DISTINCT FROM NEW."visit_no") THEN
      done := sminion.permit_move(ARRAY[OLD."guard_subject"::text], ARRAY[owner_key::text], 'crm.click', 'crm', false);
    END IF;
  END IF;
  NEW.guard_subject := owner_key;
  -- Read after the lock: a change that could not get it is in force all the same. What it denies is asked apart, as there is
  -- hardly ever one.
  PERFORM FROM sminion.pending_change c WHERE c.subject = owner_key::text;
  IF FOUND THEN
    permitted := permitted & ~(
      SELECT coalesce(bit_or(c.denied), 0) FROM sminion.pending_change c WHERE c.subject = owner_key::text);
  END IF;
  NEW.guard_mask := permitted;
  RETURN NEW;
END
$sminion$;

-- row_trigger:crm.click
-- Named to fire last among BEFORE triggers (they fire in the order of their names): no other may change the subject after
-- the mask was computed for it. On UPDATE it does not fire where sminion.set_masks has computed masks for many rows at once; a
-- trigger of its own for the rest, since a condition costs each statement 15 microseconds.
DROP TRIGGER IF EXISTS "~guard_row" ON "crm"."click";
CREATE TRIGGER "~guard_row" BEFORE UPDATE ON "crm"."click"
  FOR EACH ROW WHEN (
    current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name
    OR pg_catalog.current_setting('sminion.masks_set', true) OPERATOR(pg_catalog.=) 'yes' IS NOT TRUE)
  EXECUTE FUNCTION sminion."row_crm_click_14858a"();
ALTER TABLE "crm"."click" ENABLE ALWAYS TRIGGER "~guard_row";
DROP TRIGGER IF EXISTS "~guard_row_made" ON "crm"."click";
CREATE TRIGGER "~guard_row_made" BEFORE INSERT OR DELETE ON "crm"."click"
  FOR EACH ROW EXECUTE FUNCTION sminion."row_crm_click_14858a"();
ALTER TABLE "crm"."click" ENABLE ALWAYS TRIGGER "~guard_row_made";

-- partition_maker:crm.click (as owner)
-- A new partition gets copies of the row triggers of its table, and for each copy PostgreSQL asks whether whoever makes the
-- partition may execute the function. So the owner of a partitioned table may, and of a partition that is partitioned itself: just
-- the functions of these triggers. Nobody can call them, and he cannot name them for a trigger elsewhere without USAGE on schema
-- `sminion`. An owner from before loses it here.
DO $sminion$
DECLARE
  clone pg_catalog.name;
  whose text;
BEGIN
  FOREACH clone IN ARRAY '{"row_crm_click_14858a"}'::pg_catalog.name[] LOOP
    FOR whose IN
      SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END
      FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
      WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = clone AND a.grantee <> p.proowner
    LOOP
      EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION sminion.%I() FROM %s', clone, whose);
    END LOOP;
    FOR whose IN
      SELECT DISTINCT c.relowner::pg_catalog.regrole::text
      FROM pg_catalog.pg_partition_tree('"crm"."click"'::pg_catalog.regclass) t JOIN pg_catalog.pg_class c ON c.oid = t.relid
      WHERE c.relkind = 'p' AND c.relowner <> 'sminion_owner'::pg_catalog.regrole
    LOOP
      EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION sminion.%I() TO %s', clone, whose);
    END LOOP;
  END LOOP;
END
$sminion$;

-- trigger_function:row_public_invoice_bda62c (as owner)
-- Row trigger of "public"."invoice", whose subject is that of its parent: found, locked, and looked up once more, because the
-- parent may have moved to another subject while we waited for the lock. Without a parent nobody sees the row.
CREATE OR REPLACE FUNCTION sminion."row_public_invoice_bda62c"() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  permitted bigint;
  owner_key bigint;
  again_key bigint;
  had_key   bigint;
  written   xid;
  done      boolean;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    IF TG_OP = 'DELETE' THEN
      SELECT sminion.mask_in(s.*, 'public') INTO permitted FROM sminion.subject_state s WHERE s.subject = OLD."guard_subject"::text FOR SHARE;
      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY[OLD."guard_subject"::text]);
      RETURN OLD;
    END IF;
    had_key := OLD.guard_subject;
  END IF;
  SELECT p."id" INTO owner_key FROM "public"."customer" p WHERE p."id" = NEW."customer_id";
  LOOP
    permitted := 0;
    EXIT WHEN owner_key IS NULL;
    SELECT sminion.mask_in(s.*, 'public') INTO permitted FROM sminion.subject_state s WHERE s.subject = owner_key::text FOR SHARE;
    IF NOT FOUND THEN
      -- A parent of our own transaction cannot move to another subject under us; any other must find a state to lock.
      SELECT p.xmin INTO written FROM "public"."customer" p WHERE p."id" = NEW."customer_id";
      permitted := sminion.first_sight(owner_key::text, 'public', settled => sminion.own_row(written) IS NOT TRUE);
    END IF;
    SELECT p."id" INTO again_key FROM "public"."customer" p WHERE p."id" = NEW."customer_id";
    EXIT WHEN again_key IS NOT DISTINCT FROM owner_key;
    owner_key := again_key;
  END LOOP;
  -- It may also follow its parent to another subject. That a parent is gone says of whom the row is no less.
  IF had_key IS NOT NULL THEN
    IF had_key IS DISTINCT FROM owner_key AND (owner_key IS NOT NULL OR OLD."customer_id" IS DISTINCT FROM NEW."customer_id") THEN
      done := sminion.permit_move(ARRAY[OLD."guard_subject"::text], ARRAY[owner_key::text], 'public.invoice', 'public', false);
    END IF;
  END IF;
  NEW.guard_subject := owner_key;
  -- Read after the lock: a change that could not get it is in force all the same. What it denies is asked apart, as there is
  -- hardly ever one.
  PERFORM FROM sminion.pending_change c WHERE c.subject = owner_key::text;
  IF FOUND THEN
    permitted := permitted & ~(
      SELECT coalesce(bit_or(c.denied), 0) FROM sminion.pending_change c WHERE c.subject = owner_key::text);
  END IF;
  NEW.guard_mask := permitted;
  RETURN NEW;
END
$sminion$;

-- row_trigger:public.invoice
-- Named to fire last among BEFORE triggers (they fire in the order of their names): no other may change the subject after
-- the mask was computed for it. On UPDATE it does not fire where sminion.set_masks has computed masks for many rows at once; a
-- trigger of its own for the rest, since a condition costs each statement 15 microseconds.
DROP TRIGGER IF EXISTS "~guard_row" ON "public"."invoice";
CREATE TRIGGER "~guard_row" BEFORE UPDATE ON "public"."invoice"
  FOR EACH ROW WHEN (
    current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name
    OR pg_catalog.current_setting('sminion.masks_set', true) OPERATOR(pg_catalog.=) 'yes' IS NOT TRUE)
  EXECUTE FUNCTION sminion."row_public_invoice_bda62c"();
ALTER TABLE "public"."invoice" ENABLE ALWAYS TRIGGER "~guard_row";
DROP TRIGGER IF EXISTS "~guard_row_made" ON "public"."invoice";
CREATE TRIGGER "~guard_row_made" BEFORE INSERT OR DELETE ON "public"."invoice"
  FOR EACH ROW EXECUTE FUNCTION sminion."row_public_invoice_bda62c"();
ALTER TABLE "public"."invoice" ENABLE ALWAYS TRIGGER "~guard_row_made";

-- partition_maker:public.invoice (as owner)
-- A new partition gets copies of the row triggers of its table, and for each copy PostgreSQL asks whether whoever makes the
-- partition may execute the function. So the owner of a partitioned table may, and of a partition that is partitioned itself: just
-- the functions of these triggers. Nobody can call them, and he cannot name them for a trigger elsewhere without USAGE on schema
-- `sminion`. An owner from before loses it here.
DO $sminion$
DECLARE
  clone pg_catalog.name;
  whose text;
BEGIN
  FOREACH clone IN ARRAY '{"row_public_invoice_bda62c"}'::pg_catalog.name[] LOOP
    FOR whose IN
      SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END
      FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
      WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = clone AND a.grantee <> p.proowner
    LOOP
      EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION sminion.%I() FROM %s', clone, whose);
    END LOOP;
    FOR whose IN
      SELECT DISTINCT c.relowner::pg_catalog.regrole::text
      FROM pg_catalog.pg_partition_tree('"public"."invoice"'::pg_catalog.regclass) t JOIN pg_catalog.pg_class c ON c.oid = t.relid
      WHERE c.relkind = 'p' AND c.relowner <> 'sminion_owner'::pg_catalog.regrole
    LOOP
      EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION sminion.%I() TO %s', clone, whose);
    END LOOP;
  END LOOP;
END
$sminion$;

-- write_function:write_crm_contact_415e7f (as owner)
-- Trigger function of "crm"."contact" that records each write with its subjects. Its queries are made from the columns that the
-- table has now, which are more than the policy names; after a change of columns they fail, and the same is asked with
-- queries made anew, so that nothing is missed until the next `apply`. The body is a literal and not in dollar quotes,
-- because names of columns are the owner's of the table.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."contact"';
BEGIN
  EXECUTE pg_catalog.format(
    'CREATE OR REPLACE FUNCTION sminion.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
    || 'SET search_path = pg_catalog, pg_temp AS %L', 'write_crm_contact_415e7f', pg_catalog.format($body$
DECLARE
  listed CONSTANT bigint := 1000;
  counted  bigint;
  lowest   text;
  highest  text;
  persons  bigint := 1;
  subjects text[];
  columns  text[] := '{}';
  recorded boolean;
BEGIN
  -- One query asks for all that one row needs: starting a query costs more than running it.
  IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' THEN
    BEGIN
      IF TG_OP = 'INSERT' THEN
        SELECT c.counted, c.lowest, c.highest, (%1$s) INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT r."id"::text, true FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
      ELSE
        SELECT c.counted, c.lowest, c.highest, CASE WHEN c.counted = 1 THEN (%2$s) END
        INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT r."id"::text, true FROM old_rows r UNION ALL SELECT r."id"::text, false FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
        IF counted > 1 THEN
          columns := (%3$s);
        END IF;
      END IF;
    EXCEPTION WHEN undefined_column OR syntax_error THEN
      EXECUTE sminion.write_query(TG_RELID, TG_OP) INTO columns;
      IF TG_OP = 'INSERT' THEN
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT r."id"::text, true FROM new_rows r) AS s (subject, counts);
      ELSE
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT r."id"::text, true FROM old_rows r UNION ALL SELECT r."id"::text, false FROM new_rows r) AS s (subject, counts);
      END IF;
    END;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
    INTO counted, lowest, highest FROM (SELECT r."id"::text, true FROM old_rows r) AS s (subject, counts);
  ELSE
    recorded := sminion.record_write(TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, '{}', NULL, '{}', NULL);
    RETURN NULL;
  END IF;
  IF counted = 0 THEN
    RETURN NULL;
  END IF;

  IF lowest IS NOT DISTINCT FROM highest THEN
    subjects := array_remove(ARRAY[lowest], NULL);
  ELSIF TG_OP = 'INSERT' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."id"::text, true FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSIF TG_OP = 'UPDATE' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."id"::text, true FROM old_rows r UNION ALL SELECT r."id"::text, false FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSE
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."id"::text, true FROM old_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  END IF;
  recorded := sminion.record_write(
    TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, columns, counted, subjects, nullif(greatest(persons - listed, 0), 0));
  RETURN NULL;
END
$body$,
    sminion.write_query(target, 'INSERT'), sminion.write_query(target, 'UPDATE ONE'), sminion.write_query(target, 'UPDATE')));
END
$sminion$;

-- write_triggers:crm.contact
-- Statement triggers, which fire once and see all rows of the statement, on the table and on each partition: one that is
-- named directly fires its own. `~guard_ticket` notes the ticket before the first row, the others record. The guard's own
-- UPDATE sets masks and nothing else (`sminion_owner` has no privilege for more), which is no clarification: UPDATE has a
-- trigger of its own, since a WHEN costs each statement 10 to 15 microseconds.
DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT '"crm"."contact"'::pg_catalog.regclass
    UNION SELECT t.relid FROM pg_catalog.pg_partition_tree('"crm"."contact"'::pg_catalog.regclass) t
  LOOP
    EXECUTE pg_catalog.format($trigger$
      DROP TRIGGER IF EXISTS "~guard_ticket" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_ticket_made" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_collected" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_clarified" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_deleted" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_emptied" ON %1$s;
      CREATE TRIGGER "~guard_ticket" BEFORE UPDATE ON %1$s
        FOR EACH STATEMENT WHEN (current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name)
        EXECUTE FUNCTION sminion.fix_ticket();
      CREATE TRIGGER "~guard_ticket_made" BEFORE INSERT OR DELETE OR TRUNCATE ON %1$s
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.fix_ticket();
      CREATE TRIGGER "~guard_collected" AFTER INSERT ON %1$s REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_clarified" AFTER UPDATE ON %1$s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT WHEN (current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name)
        EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_deleted" AFTER DELETE ON %1$s REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_emptied" AFTER TRUNCATE ON %1$s
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_ticket";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_ticket_made";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_collected";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_clarified";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_deleted";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_emptied"
    $trigger$, part, 'write_crm_contact_415e7f');
  END LOOP;
END
$sminion$;

-- write_function:write_crm_gift_d76c67 (as owner)
-- Trigger function of "crm"."gift" that records each write with its subjects. Its queries are made from the columns that the
-- table has now, which are more than the policy names; after a change of columns they fail, and the same is asked with
-- queries made anew, so that nothing is missed until the next `apply`. The body is a literal and not in dollar quotes,
-- because names of columns are the owner's of the table.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."gift"';
BEGIN
  EXECUTE pg_catalog.format(
    'CREATE OR REPLACE FUNCTION sminion.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
    || 'SET search_path = pg_catalog, pg_temp AS %L', 'write_crm_gift_d76c67', pg_catalog.format($body$
DECLARE
  listed CONSTANT bigint := 1000;
  counted  bigint;
  lowest   text;
  highest  text;
  persons  bigint := 1;
  subjects text[];
  columns  text[] := '{}';
  recorded boolean;
BEGIN
  -- One query asks for all that one row needs: starting a query costs more than running it.
  IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' THEN
    BEGIN
      IF TG_OP = 'INSERT' THEN
        SELECT c.counted, c.lowest, c.highest, (%1$s) INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT r."giver"::text, true FROM new_rows r UNION ALL SELECT r."taker"::text, false FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
      ELSE
        SELECT c.counted, c.lowest, c.highest, CASE WHEN c.counted = 1 THEN (%2$s) END
        INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT r."giver"::text, true FROM old_rows r UNION ALL SELECT r."taker"::text, false FROM old_rows r UNION ALL SELECT r."giver"::text, false FROM new_rows r UNION ALL SELECT r."taker"::text, false FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
        IF counted > 1 THEN
          columns := (%3$s);
        END IF;
      END IF;
    EXCEPTION WHEN undefined_column OR syntax_error THEN
      EXECUTE sminion.write_query(TG_RELID, TG_OP) INTO columns;
      IF TG_OP = 'INSERT' THEN
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT r."giver"::text, true FROM new_rows r UNION ALL SELECT r."taker"::text, false FROM new_rows r) AS s (subject, counts);
      ELSE
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT r."giver"::text, true FROM old_rows r UNION ALL SELECT r."taker"::text, false FROM old_rows r UNION ALL SELECT r."giver"::text, false FROM new_rows r UNION ALL SELECT r."taker"::text, false FROM new_rows r) AS s (subject, counts);
      END IF;
    END;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
    INTO counted, lowest, highest FROM (SELECT r."giver"::text, true FROM old_rows r UNION ALL SELECT r."taker"::text, false FROM old_rows r) AS s (subject, counts);
  ELSE
    recorded := sminion.record_write(TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, '{}', NULL, '{}', NULL);
    RETURN NULL;
  END IF;
  IF counted = 0 THEN
    RETURN NULL;
  END IF;

  IF lowest IS NOT DISTINCT FROM highest THEN
    subjects := array_remove(ARRAY[lowest], NULL);
  ELSIF TG_OP = 'INSERT' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."giver"::text, true FROM new_rows r UNION ALL SELECT r."taker"::text, false FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSIF TG_OP = 'UPDATE' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."giver"::text, true FROM old_rows r UNION ALL SELECT r."taker"::text, false FROM old_rows r UNION ALL SELECT r."giver"::text, false FROM new_rows r UNION ALL SELECT r."taker"::text, false FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSE
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."giver"::text, true FROM old_rows r UNION ALL SELECT r."taker"::text, false FROM old_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  END IF;
  recorded := sminion.record_write(
    TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, columns, counted, subjects, nullif(greatest(persons - listed, 0), 0));
  RETURN NULL;
END
$body$,
    sminion.write_query(target, 'INSERT'), sminion.write_query(target, 'UPDATE ONE'), sminion.write_query(target, 'UPDATE')));
END
$sminion$;

-- write_triggers:crm.gift
-- Statement triggers, which fire once and see all rows of the statement, on the table and on each partition: one that is
-- named directly fires its own. `~guard_ticket` notes the ticket before the first row, the others record. The guard's own
-- UPDATE sets masks and nothing else (`sminion_owner` has no privilege for more), which is no clarification: UPDATE has a
-- trigger of its own, since a WHEN costs each statement 10 to 15 microseconds.
DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT '"crm"."gift"'::pg_catalog.regclass
    UNION SELECT t.relid FROM pg_catalog.pg_partition_tree('"crm"."gift"'::pg_catalog.regclass) t
  LOOP
    EXECUTE pg_catalog.format($trigger$
      DROP TRIGGER IF EXISTS "~guard_ticket" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_ticket_made" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_collected" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_clarified" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_deleted" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_emptied" ON %1$s;
      CREATE TRIGGER "~guard_ticket" BEFORE UPDATE ON %1$s
        FOR EACH STATEMENT WHEN (current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name)
        EXECUTE FUNCTION sminion.fix_ticket();
      CREATE TRIGGER "~guard_ticket_made" BEFORE INSERT OR DELETE OR TRUNCATE ON %1$s
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.fix_ticket();
      CREATE TRIGGER "~guard_collected" AFTER INSERT ON %1$s REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_clarified" AFTER UPDATE ON %1$s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT WHEN (current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name)
        EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_deleted" AFTER DELETE ON %1$s REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_emptied" AFTER TRUNCATE ON %1$s
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_ticket";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_ticket_made";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_collected";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_clarified";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_deleted";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_emptied"
    $trigger$, part, 'write_crm_gift_d76c67');
  END LOOP;
END
$sminion$;

-- write_function:write_crm_letter_76bf3f (as owner)
-- Trigger function of "crm"."letter" that records each write with its subjects. Its queries are made from the columns that the
-- table has now, which are more than the policy names; after a change of columns they fail, and the same is asked with
-- queries made anew, so that nothing is missed until the next `apply`. The body is a literal and not in dollar quotes,
-- because names of columns are the owner's of the table.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."letter"';
BEGIN
  EXECUTE pg_catalog.format(
    'CREATE OR REPLACE FUNCTION sminion.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
    || 'SET search_path = pg_catalog, pg_temp AS %L', 'write_crm_letter_76bf3f', pg_catalog.format($body$
DECLARE
  listed CONSTANT bigint := 1000;
  counted  bigint;
  lowest   text;
  highest  text;
  persons  bigint := 1;
  subjects text[];
  columns  text[] := '{}';
  recorded boolean;
BEGIN
  -- One query asks for all that one row needs: starting a query costs more than running it.
  IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' THEN
    BEGIN
      IF TG_OP = 'INSERT' THEN
        SELECT c.counted, c.lowest, c.highest, (%1$s) INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT r."person"::text, true FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
      ELSE
        SELECT c.counted, c.lowest, c.highest, CASE WHEN c.counted = 1 THEN (%2$s) END
        INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT r."person"::text, true FROM old_rows r UNION ALL SELECT r."person"::text, false FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
        IF counted > 1 THEN
          columns := (%3$s);
        END IF;
      END IF;
    EXCEPTION WHEN undefined_column OR syntax_error THEN
      EXECUTE sminion.write_query(TG_RELID, TG_OP) INTO columns;
      IF TG_OP = 'INSERT' THEN
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT r."person"::text, true FROM new_rows r) AS s (subject, counts);
      ELSE
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT r."person"::text, true FROM old_rows r UNION ALL SELECT r."person"::text, false FROM new_rows r) AS s (subject, counts);
      END IF;
    END;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
    INTO counted, lowest, highest FROM (SELECT r."person"::text, true FROM old_rows r) AS s (subject, counts);
  ELSE
    recorded := sminion.record_write(TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, '{}', NULL, '{}', NULL);
    RETURN NULL;
  END IF;
  IF counted = 0 THEN
    RETURN NULL;
  END IF;

  IF lowest IS NOT DISTINCT FROM highest THEN
    subjects := array_remove(ARRAY[lowest], NULL);
  ELSIF TG_OP = 'INSERT' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."person"::text, true FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSIF TG_OP = 'UPDATE' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."person"::text, true FROM old_rows r UNION ALL SELECT r."person"::text, false FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSE
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."person"::text, true FROM old_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  END IF;
  recorded := sminion.record_write(
    TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, columns, counted, subjects, nullif(greatest(persons - listed, 0), 0));
  RETURN NULL;
END
$body$,
    sminion.write_query(target, 'INSERT'), sminion.write_query(target, 'UPDATE ONE'), sminion.write_query(target, 'UPDATE')));
END
$sminion$;

-- write_triggers:crm.letter
-- Statement triggers, which fire once and see all rows of the statement, on the table and on each partition: one that is
-- named directly fires its own. `~guard_ticket` notes the ticket before the first row, the others record. The guard's own
-- UPDATE sets masks and nothing else (`sminion_owner` has no privilege for more), which is no clarification: UPDATE has a
-- trigger of its own, since a WHEN costs each statement 10 to 15 microseconds.
DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT '"crm"."letter"'::pg_catalog.regclass
    UNION SELECT t.relid FROM pg_catalog.pg_partition_tree('"crm"."letter"'::pg_catalog.regclass) t
  LOOP
    EXECUTE pg_catalog.format($trigger$
      DROP TRIGGER IF EXISTS "~guard_ticket" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_ticket_made" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_collected" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_clarified" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_deleted" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_emptied" ON %1$s;
      CREATE TRIGGER "~guard_ticket" BEFORE UPDATE ON %1$s
        FOR EACH STATEMENT WHEN (current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name)
        EXECUTE FUNCTION sminion.fix_ticket();
      CREATE TRIGGER "~guard_ticket_made" BEFORE INSERT OR DELETE OR TRUNCATE ON %1$s
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.fix_ticket();
      CREATE TRIGGER "~guard_collected" AFTER INSERT ON %1$s REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_clarified" AFTER UPDATE ON %1$s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT WHEN (current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name)
        EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_deleted" AFTER DELETE ON %1$s REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_emptied" AFTER TRUNCATE ON %1$s
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_ticket";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_ticket_made";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_collected";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_clarified";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_deleted";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_emptied"
    $trigger$, part, 'write_crm_letter_76bf3f');
  END LOOP;
END
$sminion$;

-- write_function:write_crm_narrow_376aff (as owner)
-- Trigger function of "crm"."narrow" that records each write with its subjects. Its queries are made from the columns that the
-- table has now, which are more than the policy names; after a change of columns they fail, and the same is asked with
-- queries made anew, so that nothing is missed until the next `apply`. The body is a literal and not in dollar quotes,
-- because names of columns are the owner's of the table.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."narrow"';
BEGIN
  EXECUTE pg_catalog.format(
    'CREATE OR REPLACE FUNCTION sminion.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
    || 'SET search_path = pg_catalog, pg_temp AS %L', 'write_crm_narrow_376aff', pg_catalog.format($body$
DECLARE
  listed CONSTANT bigint := 1000;
  counted  bigint;
  lowest   text;
  highest  text;
  persons  bigint := 1;
  subjects text[];
  columns  text[] := '{}';
  recorded boolean;
BEGIN
  -- One query asks for all that one row needs: starting a query costs more than running it.
  IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' THEN
    BEGIN
      IF TG_OP = 'INSERT' THEN
        SELECT c.counted, c.lowest, c.highest, (%1$s) INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT r."id"::text, true FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
      ELSE
        SELECT c.counted, c.lowest, c.highest, CASE WHEN c.counted = 1 THEN (%2$s) END
        INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT r."id"::text, true FROM old_rows r UNION ALL SELECT r."id"::text, false FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
        IF counted > 1 THEN
          columns := (%3$s);
        END IF;
      END IF;
    EXCEPTION WHEN undefined_column OR syntax_error THEN
      EXECUTE sminion.write_query(TG_RELID, TG_OP) INTO columns;
      IF TG_OP = 'INSERT' THEN
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT r."id"::text, true FROM new_rows r) AS s (subject, counts);
      ELSE
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT r."id"::text, true FROM old_rows r UNION ALL SELECT r."id"::text, false FROM new_rows r) AS s (subject, counts);
      END IF;
    END;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
    INTO counted, lowest, highest FROM (SELECT r."id"::text, true FROM old_rows r) AS s (subject, counts);
  ELSE
    recorded := sminion.record_write(TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, '{}', NULL, '{}', NULL);
    RETURN NULL;
  END IF;
  IF counted = 0 THEN
    RETURN NULL;
  END IF;

  IF lowest IS NOT DISTINCT FROM highest THEN
    subjects := array_remove(ARRAY[lowest], NULL);
  ELSIF TG_OP = 'INSERT' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."id"::text, true FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSIF TG_OP = 'UPDATE' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."id"::text, true FROM old_rows r UNION ALL SELECT r."id"::text, false FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSE
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."id"::text, true FROM old_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  END IF;
  recorded := sminion.record_write(
    TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, columns, counted, subjects, nullif(greatest(persons - listed, 0), 0));
  RETURN NULL;
END
$body$,
    sminion.write_query(target, 'INSERT'), sminion.write_query(target, 'UPDATE ONE'), sminion.write_query(target, 'UPDATE')));
END
$sminion$;

-- write_triggers:crm.narrow
-- Statement triggers, which fire once and see all rows of the statement, on the table and on each partition: one that is
-- named directly fires its own. `~guard_ticket` notes the ticket before the first row, the others record. The guard's own
-- UPDATE sets masks and nothing else (`sminion_owner` has no privilege for more), which is no clarification: UPDATE has a
-- trigger of its own, since a WHEN costs each statement 10 to 15 microseconds.
DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT '"crm"."narrow"'::pg_catalog.regclass
    UNION SELECT t.relid FROM pg_catalog.pg_partition_tree('"crm"."narrow"'::pg_catalog.regclass) t
  LOOP
    EXECUTE pg_catalog.format($trigger$
      DROP TRIGGER IF EXISTS "~guard_ticket" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_ticket_made" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_collected" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_clarified" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_deleted" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_emptied" ON %1$s;
      CREATE TRIGGER "~guard_ticket" BEFORE UPDATE ON %1$s
        FOR EACH STATEMENT WHEN (current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name)
        EXECUTE FUNCTION sminion.fix_ticket();
      CREATE TRIGGER "~guard_ticket_made" BEFORE INSERT OR DELETE OR TRUNCATE ON %1$s
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.fix_ticket();
      CREATE TRIGGER "~guard_collected" AFTER INSERT ON %1$s REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_clarified" AFTER UPDATE ON %1$s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT WHEN (current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name)
        EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_deleted" AFTER DELETE ON %1$s REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_emptied" AFTER TRUNCATE ON %1$s
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_ticket";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_ticket_made";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_collected";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_clarified";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_deleted";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_emptied"
    $trigger$, part, 'write_crm_narrow_376aff');
  END LOOP;
END
$sminion$;

-- write_function:write_crm_shut_433f17 (as owner)
-- Trigger function of "crm"."shut" that records each write with its subjects. Its queries are made from the columns that the
-- table has now, which are more than the policy names; after a change of columns they fail, and the same is asked with
-- queries made anew, so that nothing is missed until the next `apply`. The body is a literal and not in dollar quotes,
-- because names of columns are the owner's of the table.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."shut"';
BEGIN
  EXECUTE pg_catalog.format(
    'CREATE OR REPLACE FUNCTION sminion.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
    || 'SET search_path = pg_catalog, pg_temp AS %L', 'write_crm_shut_433f17', pg_catalog.format($body$
DECLARE
  listed CONSTANT bigint := 1000;
  counted  bigint;
  lowest   text;
  highest  text;
  persons  bigint := 1;
  subjects text[];
  columns  text[] := '{}';
  recorded boolean;
BEGIN
  -- One query asks for all that one row needs: starting a query costs more than running it.
  IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' THEN
    BEGIN
      IF TG_OP = 'INSERT' THEN
        SELECT c.counted, c.lowest, c.highest, (%1$s) INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT r."id"::text, true FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
      ELSE
        SELECT c.counted, c.lowest, c.highest, CASE WHEN c.counted = 1 THEN (%2$s) END
        INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT r."id"::text, true FROM old_rows r UNION ALL SELECT r."id"::text, false FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
        IF counted > 1 THEN
          columns := (%3$s);
        END IF;
      END IF;
    EXCEPTION WHEN undefined_column OR syntax_error THEN
      EXECUTE sminion.write_query(TG_RELID, TG_OP) INTO columns;
      IF TG_OP = 'INSERT' THEN
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT r."id"::text, true FROM new_rows r) AS s (subject, counts);
      ELSE
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT r."id"::text, true FROM old_rows r UNION ALL SELECT r."id"::text, false FROM new_rows r) AS s (subject, counts);
      END IF;
    END;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
    INTO counted, lowest, highest FROM (SELECT r."id"::text, true FROM old_rows r) AS s (subject, counts);
  ELSE
    recorded := sminion.record_write(TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, '{}', NULL, '{}', NULL);
    RETURN NULL;
  END IF;
  IF counted = 0 THEN
    RETURN NULL;
  END IF;

  IF lowest IS NOT DISTINCT FROM highest THEN
    subjects := array_remove(ARRAY[lowest], NULL);
  ELSIF TG_OP = 'INSERT' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."id"::text, true FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSIF TG_OP = 'UPDATE' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."id"::text, true FROM old_rows r UNION ALL SELECT r."id"::text, false FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSE
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."id"::text, true FROM old_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  END IF;
  recorded := sminion.record_write(
    TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, columns, counted, subjects, nullif(greatest(persons - listed, 0), 0));
  RETURN NULL;
END
$body$,
    sminion.write_query(target, 'INSERT'), sminion.write_query(target, 'UPDATE ONE'), sminion.write_query(target, 'UPDATE')));
END
$sminion$;

-- write_triggers:crm.shut
-- Statement triggers, which fire once and see all rows of the statement, on the table and on each partition: one that is
-- named directly fires its own. `~guard_ticket` notes the ticket before the first row, the others record. The guard's own
-- UPDATE sets masks and nothing else (`sminion_owner` has no privilege for more), which is no clarification: UPDATE has a
-- trigger of its own, since a WHEN costs each statement 10 to 15 microseconds.
DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT '"crm"."shut"'::pg_catalog.regclass
    UNION SELECT t.relid FROM pg_catalog.pg_partition_tree('"crm"."shut"'::pg_catalog.regclass) t
  LOOP
    EXECUTE pg_catalog.format($trigger$
      DROP TRIGGER IF EXISTS "~guard_ticket" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_ticket_made" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_collected" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_clarified" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_deleted" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_emptied" ON %1$s;
      CREATE TRIGGER "~guard_ticket" BEFORE UPDATE ON %1$s
        FOR EACH STATEMENT WHEN (current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name)
        EXECUTE FUNCTION sminion.fix_ticket();
      CREATE TRIGGER "~guard_ticket_made" BEFORE INSERT OR DELETE OR TRUNCATE ON %1$s
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.fix_ticket();
      CREATE TRIGGER "~guard_collected" AFTER INSERT ON %1$s REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_clarified" AFTER UPDATE ON %1$s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT WHEN (current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name)
        EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_deleted" AFTER DELETE ON %1$s REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_emptied" AFTER TRUNCATE ON %1$s
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_ticket";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_ticket_made";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_collected";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_clarified";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_deleted";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_emptied"
    $trigger$, part, 'write_crm_shut_433f17');
  END LOOP;
END
$sminion$;

-- write_function:write_crm_visit_70ee05 (as owner)
-- Trigger function of "crm"."visit" that records each write with its subjects. Its queries are made from the columns that the
-- table has now, which are more than the policy names; after a change of columns they fail, and the same is asked with
-- queries made anew, so that nothing is missed until the next `apply`. The body is a literal and not in dollar quotes,
-- because names of columns are the owner's of the table.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."visit"';
BEGIN
  EXECUTE pg_catalog.format(
    'CREATE OR REPLACE FUNCTION sminion.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
    || 'SET search_path = pg_catalog, pg_temp AS %L', 'write_crm_visit_70ee05', pg_catalog.format($body$
DECLARE
  listed CONSTANT bigint := 1000;
  counted  bigint;
  lowest   text;
  highest  text;
  persons  bigint := 1;
  subjects text[];
  columns  text[] := '{}';
  recorded boolean;
BEGIN
  -- One query asks for all that one row needs: starting a query costs more than running it.
  IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' THEN
    BEGIN
      IF TG_OP = 'INSERT' THEN
        SELECT c.counted, c.lowest, c.highest, (%1$s) INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT r."person"::text, true FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
      ELSE
        SELECT c.counted, c.lowest, c.highest, CASE WHEN c.counted = 1 THEN (%2$s) END
        INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT r."person"::text, true FROM old_rows r UNION ALL SELECT r."person"::text, false FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
        IF counted > 1 THEN
          columns := (%3$s);
        END IF;
      END IF;
    EXCEPTION WHEN undefined_column OR syntax_error THEN
      EXECUTE sminion.write_query(TG_RELID, TG_OP) INTO columns;
      IF TG_OP = 'INSERT' THEN
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT r."person"::text, true FROM new_rows r) AS s (subject, counts);
      ELSE
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT r."person"::text, true FROM old_rows r UNION ALL SELECT r."person"::text, false FROM new_rows r) AS s (subject, counts);
      END IF;
    END;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
    INTO counted, lowest, highest FROM (SELECT r."person"::text, true FROM old_rows r) AS s (subject, counts);
  ELSE
    recorded := sminion.record_write(TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, '{}', NULL, '{}', NULL);
    RETURN NULL;
  END IF;
  IF counted = 0 THEN
    RETURN NULL;
  END IF;

  IF lowest IS NOT DISTINCT FROM highest THEN
    subjects := array_remove(ARRAY[lowest], NULL);
  ELSIF TG_OP = 'INSERT' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."person"::text, true FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSIF TG_OP = 'UPDATE' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."person"::text, true FROM old_rows r UNION ALL SELECT r."person"::text, false FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSE
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."person"::text, true FROM old_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  END IF;
  recorded := sminion.record_write(
    TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, columns, counted, subjects, nullif(greatest(persons - listed, 0), 0));
  RETURN NULL;
END
$body$,
    sminion.write_query(target, 'INSERT'), sminion.write_query(target, 'UPDATE ONE'), sminion.write_query(target, 'UPDATE')));
END
$sminion$;

-- write_triggers:crm.visit
-- Statement triggers, which fire once and see all rows of the statement, on the table and on each partition: one that is
-- named directly fires its own. `~guard_ticket` notes the ticket before the first row, the others record. The guard's own
-- UPDATE sets masks and nothing else (`sminion_owner` has no privilege for more), which is no clarification: UPDATE has a
-- trigger of its own, since a WHEN costs each statement 10 to 15 microseconds.
DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT '"crm"."visit"'::pg_catalog.regclass
    UNION SELECT t.relid FROM pg_catalog.pg_partition_tree('"crm"."visit"'::pg_catalog.regclass) t
  LOOP
    EXECUTE pg_catalog.format($trigger$
      DROP TRIGGER IF EXISTS "~guard_ticket" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_ticket_made" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_collected" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_clarified" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_deleted" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_emptied" ON %1$s;
      CREATE TRIGGER "~guard_ticket" BEFORE UPDATE ON %1$s
        FOR EACH STATEMENT WHEN (current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name)
        EXECUTE FUNCTION sminion.fix_ticket();
      CREATE TRIGGER "~guard_ticket_made" BEFORE INSERT OR DELETE OR TRUNCATE ON %1$s
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.fix_ticket();
      CREATE TRIGGER "~guard_collected" AFTER INSERT ON %1$s REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_clarified" AFTER UPDATE ON %1$s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT WHEN (current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name)
        EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_deleted" AFTER DELETE ON %1$s REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_emptied" AFTER TRUNCATE ON %1$s
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_ticket";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_ticket_made";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_collected";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_clarified";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_deleted";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_emptied"
    $trigger$, part, 'write_crm_visit_70ee05');
  END LOOP;
END
$sminion$;

-- write_function:write_public_customer_df6daf (as owner)
-- Trigger function of "public"."customer" that records each write with its subjects. Its queries are made from the columns that the
-- table has now, which are more than the policy names; after a change of columns they fail, and the same is asked with
-- queries made anew, so that nothing is missed until the next `apply`. The body is a literal and not in dollar quotes,
-- because names of columns are the owner's of the table.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"public"."customer"';
BEGIN
  EXECUTE pg_catalog.format(
    'CREATE OR REPLACE FUNCTION sminion.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
    || 'SET search_path = pg_catalog, pg_temp AS %L', 'write_public_customer_df6daf', pg_catalog.format($body$
DECLARE
  listed CONSTANT bigint := 1000;
  counted  bigint;
  lowest   text;
  highest  text;
  persons  bigint := 1;
  subjects text[];
  columns  text[] := '{}';
  recorded boolean;
BEGIN
  -- One query asks for all that one row needs: starting a query costs more than running it.
  IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' THEN
    BEGIN
      IF TG_OP = 'INSERT' THEN
        SELECT c.counted, c.lowest, c.highest, (%1$s) INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT r."id"::text, true FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
      ELSE
        SELECT c.counted, c.lowest, c.highest, CASE WHEN c.counted = 1 THEN (%2$s) END
        INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT r."id"::text, true FROM old_rows r UNION ALL SELECT r."id"::text, false FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
        IF counted > 1 THEN
          columns := (%3$s);
        END IF;
      END IF;
    EXCEPTION WHEN undefined_column OR syntax_error THEN
      EXECUTE sminion.write_query(TG_RELID, TG_OP) INTO columns;
      IF TG_OP = 'INSERT' THEN
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT r."id"::text, true FROM new_rows r) AS s (subject, counts);
      ELSE
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT r."id"::text, true FROM old_rows r UNION ALL SELECT r."id"::text, false FROM new_rows r) AS s (subject, counts);
      END IF;
    END;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
    INTO counted, lowest, highest FROM (SELECT r."id"::text, true FROM old_rows r) AS s (subject, counts);
  ELSE
    recorded := sminion.record_write(TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, '{}', NULL, '{}', NULL);
    RETURN NULL;
  END IF;
  IF counted = 0 THEN
    RETURN NULL;
  END IF;

  IF lowest IS NOT DISTINCT FROM highest THEN
    subjects := array_remove(ARRAY[lowest], NULL);
  ELSIF TG_OP = 'INSERT' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."id"::text, true FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSIF TG_OP = 'UPDATE' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."id"::text, true FROM old_rows r UNION ALL SELECT r."id"::text, false FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSE
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."id"::text, true FROM old_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  END IF;
  recorded := sminion.record_write(
    TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, columns, counted, subjects, nullif(greatest(persons - listed, 0), 0));
  RETURN NULL;
END
$body$,
    sminion.write_query(target, 'INSERT'), sminion.write_query(target, 'UPDATE ONE'), sminion.write_query(target, 'UPDATE')));
END
$sminion$;

-- write_triggers:public.customer
-- Statement triggers, which fire once and see all rows of the statement, on the table and on each partition: one that is
-- named directly fires its own. `~guard_ticket` notes the ticket before the first row, the others record. The guard's own
-- UPDATE sets masks and nothing else (`sminion_owner` has no privilege for more), which is no clarification: UPDATE has a
-- trigger of its own, since a WHEN costs each statement 10 to 15 microseconds.
DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT '"public"."customer"'::pg_catalog.regclass
    UNION SELECT t.relid FROM pg_catalog.pg_partition_tree('"public"."customer"'::pg_catalog.regclass) t
  LOOP
    EXECUTE pg_catalog.format($trigger$
      DROP TRIGGER IF EXISTS "~guard_ticket" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_ticket_made" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_collected" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_clarified" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_deleted" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_emptied" ON %1$s;
      CREATE TRIGGER "~guard_ticket" BEFORE UPDATE ON %1$s
        FOR EACH STATEMENT WHEN (current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name)
        EXECUTE FUNCTION sminion.fix_ticket();
      CREATE TRIGGER "~guard_ticket_made" BEFORE INSERT OR DELETE OR TRUNCATE ON %1$s
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.fix_ticket();
      CREATE TRIGGER "~guard_collected" AFTER INSERT ON %1$s REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_clarified" AFTER UPDATE ON %1$s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT WHEN (current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name)
        EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_deleted" AFTER DELETE ON %1$s REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_emptied" AFTER TRUNCATE ON %1$s
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_ticket";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_ticket_made";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_collected";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_clarified";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_deleted";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_emptied"
    $trigger$, part, 'write_public_customer_df6daf');
  END LOOP;
END
$sminion$;

-- write_function:write_public_subscriber_85e8a6 (as owner)
-- Trigger function of "public"."subscriber" that records each write with its subjects. Its queries are made from the columns that the
-- table has now, which are more than the policy names; after a change of columns they fail, and the same is asked with
-- queries made anew, so that nothing is missed until the next `apply`. The body is a literal and not in dollar quotes,
-- because names of columns are the owner's of the table.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"public"."subscriber"';
BEGIN
  EXECUTE pg_catalog.format(
    'CREATE OR REPLACE FUNCTION sminion.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
    || 'SET search_path = pg_catalog, pg_temp AS %L', 'write_public_subscriber_85e8a6', pg_catalog.format($body$
DECLARE
  listed CONSTANT bigint := 1000;
  counted  bigint;
  lowest   text;
  highest  text;
  persons  bigint := 1;
  subjects text[];
  columns  text[] := '{}';
  recorded boolean;
BEGIN
  -- One query asks for all that one row needs: starting a query costs more than running it.
  IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' THEN
    BEGIN
      IF TG_OP = 'INSERT' THEN
        SELECT c.counted, c.lowest, c.highest, (%1$s) INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT r."customer_id"::text, true FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
      ELSE
        SELECT c.counted, c.lowest, c.highest, CASE WHEN c.counted = 1 THEN (%2$s) END
        INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT r."customer_id"::text, true FROM old_rows r UNION ALL SELECT r."customer_id"::text, false FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
        IF counted > 1 THEN
          columns := (%3$s);
        END IF;
      END IF;
    EXCEPTION WHEN undefined_column OR syntax_error THEN
      EXECUTE sminion.write_query(TG_RELID, TG_OP) INTO columns;
      IF TG_OP = 'INSERT' THEN
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT r."customer_id"::text, true FROM new_rows r) AS s (subject, counts);
      ELSE
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT r."customer_id"::text, true FROM old_rows r UNION ALL SELECT r."customer_id"::text, false FROM new_rows r) AS s (subject, counts);
      END IF;
    END;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
    INTO counted, lowest, highest FROM (SELECT r."customer_id"::text, true FROM old_rows r) AS s (subject, counts);
  ELSE
    recorded := sminion.record_write(TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, '{}', NULL, '{}', NULL);
    RETURN NULL;
  END IF;
  IF counted = 0 THEN
    RETURN NULL;
  END IF;

  IF lowest IS NOT DISTINCT FROM highest THEN
    subjects := array_remove(ARRAY[lowest], NULL);
  ELSIF TG_OP = 'INSERT' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."customer_id"::text, true FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSIF TG_OP = 'UPDATE' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."customer_id"::text, true FROM old_rows r UNION ALL SELECT r."customer_id"::text, false FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSE
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."customer_id"::text, true FROM old_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  END IF;
  recorded := sminion.record_write(
    TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, columns, counted, subjects, nullif(greatest(persons - listed, 0), 0));
  RETURN NULL;
END
$body$,
    sminion.write_query(target, 'INSERT'), sminion.write_query(target, 'UPDATE ONE'), sminion.write_query(target, 'UPDATE')));
END
$sminion$;

-- write_triggers:public.subscriber
-- Statement triggers, which fire once and see all rows of the statement, on the table and on each partition: one that is
-- named directly fires its own. `~guard_ticket` notes the ticket before the first row, the others record. The guard's own
-- UPDATE sets masks and nothing else (`sminion_owner` has no privilege for more), which is no clarification: UPDATE has a
-- trigger of its own, since a WHEN costs each statement 10 to 15 microseconds.
DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT '"public"."subscriber"'::pg_catalog.regclass
    UNION SELECT t.relid FROM pg_catalog.pg_partition_tree('"public"."subscriber"'::pg_catalog.regclass) t
  LOOP
    EXECUTE pg_catalog.format($trigger$
      DROP TRIGGER IF EXISTS "~guard_ticket" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_ticket_made" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_collected" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_clarified" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_deleted" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_emptied" ON %1$s;
      CREATE TRIGGER "~guard_ticket" BEFORE UPDATE ON %1$s
        FOR EACH STATEMENT WHEN (current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name)
        EXECUTE FUNCTION sminion.fix_ticket();
      CREATE TRIGGER "~guard_ticket_made" BEFORE INSERT OR DELETE OR TRUNCATE ON %1$s
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.fix_ticket();
      CREATE TRIGGER "~guard_collected" AFTER INSERT ON %1$s REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_clarified" AFTER UPDATE ON %1$s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT WHEN (current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name)
        EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_deleted" AFTER DELETE ON %1$s REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_emptied" AFTER TRUNCATE ON %1$s
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_ticket";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_ticket_made";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_collected";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_clarified";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_deleted";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_emptied"
    $trigger$, part, 'write_public_subscriber_85e8a6');
  END LOOP;
END
$sminion$;

-- write_function:write_public_unsaid_d0a0c7 (as owner)
-- Trigger function of "public"."unsaid" that records each write with its subjects. Its queries are made from the columns that the
-- table has now, which are more than the policy names; after a change of columns they fail, and the same is asked with
-- queries made anew, so that nothing is missed until the next `apply`. The body is a literal and not in dollar quotes,
-- because names of columns are the owner's of the table.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"public"."unsaid"';
BEGIN
  EXECUTE pg_catalog.format(
    'CREATE OR REPLACE FUNCTION sminion.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
    || 'SET search_path = pg_catalog, pg_temp AS %L', 'write_public_unsaid_d0a0c7', pg_catalog.format($body$
DECLARE
  listed CONSTANT bigint := 1000;
  counted  bigint;
  lowest   text;
  highest  text;
  persons  bigint := 1;
  subjects text[];
  columns  text[] := '{}';
  recorded boolean;
BEGIN
  -- One query asks for all that one row needs: starting a query costs more than running it.
  IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' THEN
    BEGIN
      IF TG_OP = 'INSERT' THEN
        SELECT c.counted, c.lowest, c.highest, (%1$s) INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT r."customer_id"::text, true FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
      ELSE
        SELECT c.counted, c.lowest, c.highest, CASE WHEN c.counted = 1 THEN (%2$s) END
        INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT r."customer_id"::text, true FROM old_rows r UNION ALL SELECT r."customer_id"::text, false FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
        IF counted > 1 THEN
          columns := (%3$s);
        END IF;
      END IF;
    EXCEPTION WHEN undefined_column OR syntax_error THEN
      EXECUTE sminion.write_query(TG_RELID, TG_OP) INTO columns;
      IF TG_OP = 'INSERT' THEN
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT r."customer_id"::text, true FROM new_rows r) AS s (subject, counts);
      ELSE
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT r."customer_id"::text, true FROM old_rows r UNION ALL SELECT r."customer_id"::text, false FROM new_rows r) AS s (subject, counts);
      END IF;
    END;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
    INTO counted, lowest, highest FROM (SELECT r."customer_id"::text, true FROM old_rows r) AS s (subject, counts);
  ELSE
    recorded := sminion.record_write(TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, '{}', NULL, '{}', NULL);
    RETURN NULL;
  END IF;
  IF counted = 0 THEN
    RETURN NULL;
  END IF;

  IF lowest IS NOT DISTINCT FROM highest THEN
    subjects := array_remove(ARRAY[lowest], NULL);
  ELSIF TG_OP = 'INSERT' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."customer_id"::text, true FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSIF TG_OP = 'UPDATE' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."customer_id"::text, true FROM old_rows r UNION ALL SELECT r."customer_id"::text, false FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSE
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."customer_id"::text, true FROM old_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  END IF;
  recorded := sminion.record_write(
    TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, columns, counted, subjects, nullif(greatest(persons - listed, 0), 0));
  RETURN NULL;
END
$body$,
    sminion.write_query(target, 'INSERT'), sminion.write_query(target, 'UPDATE ONE'), sminion.write_query(target, 'UPDATE')));
END
$sminion$;

-- write_triggers:public.unsaid
-- Statement triggers, which fire once and see all rows of the statement, on the table and on each partition: one that is
-- named directly fires its own. `~guard_ticket` notes the ticket before the first row, the others record. The guard's own
-- UPDATE sets masks and nothing else (`sminion_owner` has no privilege for more), which is no clarification: UPDATE has a
-- trigger of its own, since a WHEN costs each statement 10 to 15 microseconds.
DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT '"public"."unsaid"'::pg_catalog.regclass
    UNION SELECT t.relid FROM pg_catalog.pg_partition_tree('"public"."unsaid"'::pg_catalog.regclass) t
  LOOP
    EXECUTE pg_catalog.format($trigger$
      DROP TRIGGER IF EXISTS "~guard_ticket" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_ticket_made" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_collected" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_clarified" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_deleted" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_emptied" ON %1$s;
      CREATE TRIGGER "~guard_ticket" BEFORE UPDATE ON %1$s
        FOR EACH STATEMENT WHEN (current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name)
        EXECUTE FUNCTION sminion.fix_ticket();
      CREATE TRIGGER "~guard_ticket_made" BEFORE INSERT OR DELETE OR TRUNCATE ON %1$s
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.fix_ticket();
      CREATE TRIGGER "~guard_collected" AFTER INSERT ON %1$s REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_clarified" AFTER UPDATE ON %1$s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT WHEN (current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name)
        EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_deleted" AFTER DELETE ON %1$s REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_emptied" AFTER TRUNCATE ON %1$s
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_ticket";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_ticket_made";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_collected";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_clarified";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_deleted";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_emptied"
    $trigger$, part, 'write_public_unsaid_d0a0c7');
  END LOOP;
END
$sminion$;

-- write_function:write_crm_click_14858a (as owner)
-- Trigger function of "crm"."click" that records each write with its subjects. Its queries are made from the columns that the
-- table has now, which are more than the policy names; after a change of columns they fail, and the same is asked with
-- queries made anew, so that nothing is missed until the next `apply`. The body is a literal and not in dollar quotes,
-- because names of columns are the owner's of the table.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."click"';
BEGIN
  EXECUTE pg_catalog.format(
    'CREATE OR REPLACE FUNCTION sminion.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
    || 'SET search_path = pg_catalog, pg_temp AS %L', 'write_crm_click_14858a', pg_catalog.format($body$
DECLARE
  listed CONSTANT bigint := 1000;
  counted  bigint;
  lowest   text;
  highest  text;
  persons  bigint := 1;
  subjects text[];
  columns  text[] := '{}';
  recorded boolean;
BEGIN
  -- One query asks for all that one row needs: starting a query costs more than running it.
  IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' THEN
    BEGIN
      IF TG_OP = 'INSERT' THEN
        SELECT c.counted, c.lowest, c.highest, (%1$s) INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT r."guard_subject"::text, true FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
      ELSE
        SELECT c.counted, c.lowest, c.highest, CASE WHEN c.counted = 1 THEN (%2$s) END
        INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT r."guard_subject"::text, true FROM old_rows r UNION ALL SELECT r."guard_subject"::text, false FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
        IF counted > 1 THEN
          columns := (%3$s);
        END IF;
      END IF;
    EXCEPTION WHEN undefined_column OR syntax_error THEN
      EXECUTE sminion.write_query(TG_RELID, TG_OP) INTO columns;
      IF TG_OP = 'INSERT' THEN
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT r."guard_subject"::text, true FROM new_rows r) AS s (subject, counts);
      ELSE
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT r."guard_subject"::text, true FROM old_rows r UNION ALL SELECT r."guard_subject"::text, false FROM new_rows r) AS s (subject, counts);
      END IF;
    END;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
    INTO counted, lowest, highest FROM (SELECT r."guard_subject"::text, true FROM old_rows r) AS s (subject, counts);
  ELSE
    recorded := sminion.record_write(TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, '{}', NULL, '{}', NULL);
    RETURN NULL;
  END IF;
  IF counted = 0 THEN
    RETURN NULL;
  END IF;

  IF lowest IS NOT DISTINCT FROM highest THEN
    subjects := array_remove(ARRAY[lowest], NULL);
  ELSIF TG_OP = 'INSERT' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."guard_subject"::text, true FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSIF TG_OP = 'UPDATE' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."guard_subject"::text, true FROM old_rows r UNION ALL SELECT r."guard_subject"::text, false FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSE
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."guard_subject"::text, true FROM old_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  END IF;
  recorded := sminion.record_write(
    TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, columns, counted, subjects, nullif(greatest(persons - listed, 0), 0));
  RETURN NULL;
END
$body$,
    sminion.write_query(target, 'INSERT'), sminion.write_query(target, 'UPDATE ONE'), sminion.write_query(target, 'UPDATE')));
END
$sminion$;

-- write_triggers:crm.click
-- Statement triggers, which fire once and see all rows of the statement, on the table and on each partition: one that is
-- named directly fires its own. `~guard_ticket` notes the ticket before the first row, the others record. The guard's own
-- UPDATE sets masks and nothing else (`sminion_owner` has no privilege for more), which is no clarification: UPDATE has a
-- trigger of its own, since a WHEN costs each statement 10 to 15 microseconds.
DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT '"crm"."click"'::pg_catalog.regclass
    UNION SELECT t.relid FROM pg_catalog.pg_partition_tree('"crm"."click"'::pg_catalog.regclass) t
  LOOP
    EXECUTE pg_catalog.format($trigger$
      DROP TRIGGER IF EXISTS "~guard_ticket" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_ticket_made" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_collected" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_clarified" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_deleted" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_emptied" ON %1$s;
      CREATE TRIGGER "~guard_ticket" BEFORE UPDATE ON %1$s
        FOR EACH STATEMENT WHEN (current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name)
        EXECUTE FUNCTION sminion.fix_ticket();
      CREATE TRIGGER "~guard_ticket_made" BEFORE INSERT OR DELETE OR TRUNCATE ON %1$s
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.fix_ticket();
      CREATE TRIGGER "~guard_collected" AFTER INSERT ON %1$s REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_clarified" AFTER UPDATE ON %1$s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT WHEN (current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name)
        EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_deleted" AFTER DELETE ON %1$s REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_emptied" AFTER TRUNCATE ON %1$s
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_ticket";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_ticket_made";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_collected";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_clarified";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_deleted";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_emptied"
    $trigger$, part, 'write_crm_click_14858a');
  END LOOP;
END
$sminion$;

-- write_function:write_public_invoice_bda62c (as owner)
-- Trigger function of "public"."invoice" that records each write with its subjects. Its queries are made from the columns that the
-- table has now, which are more than the policy names; after a change of columns they fail, and the same is asked with
-- queries made anew, so that nothing is missed until the next `apply`. The body is a literal and not in dollar quotes,
-- because names of columns are the owner's of the table.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"public"."invoice"';
BEGIN
  EXECUTE pg_catalog.format(
    'CREATE OR REPLACE FUNCTION sminion.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
    || 'SET search_path = pg_catalog, pg_temp AS %L', 'write_public_invoice_bda62c', pg_catalog.format($body$
DECLARE
  listed CONSTANT bigint := 1000;
  counted  bigint;
  lowest   text;
  highest  text;
  persons  bigint := 1;
  subjects text[];
  columns  text[] := '{}';
  recorded boolean;
BEGIN
  -- One query asks for all that one row needs: starting a query costs more than running it.
  IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' THEN
    BEGIN
      IF TG_OP = 'INSERT' THEN
        SELECT c.counted, c.lowest, c.highest, (%1$s) INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT r."guard_subject"::text, true FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
      ELSE
        SELECT c.counted, c.lowest, c.highest, CASE WHEN c.counted = 1 THEN (%2$s) END
        INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT r."guard_subject"::text, true FROM old_rows r UNION ALL SELECT r."guard_subject"::text, false FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
        IF counted > 1 THEN
          columns := (%3$s);
        END IF;
      END IF;
    EXCEPTION WHEN undefined_column OR syntax_error THEN
      EXECUTE sminion.write_query(TG_RELID, TG_OP) INTO columns;
      IF TG_OP = 'INSERT' THEN
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT r."guard_subject"::text, true FROM new_rows r) AS s (subject, counts);
      ELSE
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT r."guard_subject"::text, true FROM old_rows r UNION ALL SELECT r."guard_subject"::text, false FROM new_rows r) AS s (subject, counts);
      END IF;
    END;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
    INTO counted, lowest, highest FROM (SELECT r."guard_subject"::text, true FROM old_rows r) AS s (subject, counts);
  ELSE
    recorded := sminion.record_write(TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, '{}', NULL, '{}', NULL);
    RETURN NULL;
  END IF;
  IF counted = 0 THEN
    RETURN NULL;
  END IF;

  IF lowest IS NOT DISTINCT FROM highest THEN
    subjects := array_remove(ARRAY[lowest], NULL);
  ELSIF TG_OP = 'INSERT' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."guard_subject"::text, true FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSIF TG_OP = 'UPDATE' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."guard_subject"::text, true FROM old_rows r UNION ALL SELECT r."guard_subject"::text, false FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSE
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT r."guard_subject"::text, true FROM old_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  END IF;
  recorded := sminion.record_write(
    TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, columns, counted, subjects, nullif(greatest(persons - listed, 0), 0));
  RETURN NULL;
END
$body$,
    sminion.write_query(target, 'INSERT'), sminion.write_query(target, 'UPDATE ONE'), sminion.write_query(target, 'UPDATE')));
END
$sminion$;

-- write_triggers:public.invoice
-- Statement triggers, which fire once and see all rows of the statement, on the table and on each partition: one that is
-- named directly fires its own. `~guard_ticket` notes the ticket before the first row, the others record. The guard's own
-- UPDATE sets masks and nothing else (`sminion_owner` has no privilege for more), which is no clarification: UPDATE has a
-- trigger of its own, since a WHEN costs each statement 10 to 15 microseconds.
DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT '"public"."invoice"'::pg_catalog.regclass
    UNION SELECT t.relid FROM pg_catalog.pg_partition_tree('"public"."invoice"'::pg_catalog.regclass) t
  LOOP
    EXECUTE pg_catalog.format($trigger$
      DROP TRIGGER IF EXISTS "~guard_ticket" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_ticket_made" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_collected" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_clarified" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_deleted" ON %1$s;
      DROP TRIGGER IF EXISTS "~guard_emptied" ON %1$s;
      CREATE TRIGGER "~guard_ticket" BEFORE UPDATE ON %1$s
        FOR EACH STATEMENT WHEN (current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name)
        EXECUTE FUNCTION sminion.fix_ticket();
      CREATE TRIGGER "~guard_ticket_made" BEFORE INSERT OR DELETE OR TRUNCATE ON %1$s
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.fix_ticket();
      CREATE TRIGGER "~guard_collected" AFTER INSERT ON %1$s REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_clarified" AFTER UPDATE ON %1$s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT WHEN (current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name)
        EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_deleted" AFTER DELETE ON %1$s REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      CREATE TRIGGER "~guard_emptied" AFTER TRUNCATE ON %1$s
        FOR EACH STATEMENT EXECUTE FUNCTION sminion.%2$I();
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_ticket";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_ticket_made";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_collected";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_clarified";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_deleted";
      ALTER TABLE %1$s ENABLE ALWAYS TRIGGER "~guard_emptied"
    $trigger$, part, 'write_public_invoice_bda62c');
  END LOOP;
END
$sminion$;

-- row_security:crm.click
-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, no row of theirs is seen, whatever other policies they have. How it was before is
-- written down for the way back, once.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."click"';
  part   pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT target UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(target) t
  LOOP
    INSERT INTO sminion.row_security_before (relation, protected, enabled, forced)
    SELECT c.oid, target, c.relrowsecurity AND NOT u.untagged, c.relforcerowsecurity AND NOT u.untagged
    FROM pg_catalog.pg_class c
    -- closed by the DDL guard, until now: see sminion.ddl_on_tables
    CROSS JOIN LATERAL (SELECT EXISTS (
      SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'guard_untagged')) AS u (untagged)
    WHERE c.oid = part
    ON CONFLICT DO NOTHING;
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged ON %s', part);
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged_refused ON %s', part);
    EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', part);
    IF part <> target THEN
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_floor ON %s', part);
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_refused ON %s', part);
      EXECUTE pg_catalog.format('CREATE POLICY guard_floor ON %s AS RESTRICTIVE USING (sminion.refuse_partition(%L::regclass, %L::regclass))',
                                part, part, target);
      -- Without a permissive policy PostgreSQL would answer with no rows, and not ask the other.
      EXECUTE pg_catalog.format('CREATE POLICY guard_refused ON %s USING (false)', part);
    END IF;
  END LOOP;
END
$sminion$;

-- policy:crm.click:guard_floor
DROP POLICY IF EXISTS "guard_floor" ON "crm"."click";
CREATE POLICY "guard_floor" ON "crm"."click" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['mono_accounting', 'mono_audit_44115bb2', 'mono_audit_ce59b12b', 'mono_contract', 'mono_marketing', 'sminion_owner']::name[])));

-- policy:crm.click:guard_refused
DROP POLICY IF EXISTS "guard_refused" ON "crm"."click";
CREATE POLICY "guard_refused" ON "crm"."click" AS PERMISSIVE FOR ALL TO PUBLIC USING (false);

-- others:crm.click
-- A view that is not security_invoker reads with its owner's policies, while current_user is who asks: a compartment would
-- then be under none of its own, and under a permissive policy of the application it saw every row. So whoever else holds
-- anything on the table, its owner first, is refused by a policy of its own. Members of the two predefined roles hold it
-- without a grant. Compartments of an earlier policy are left out: their roles are dropped after this.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."click"';
  others text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO others
  FROM pg_catalog.pg_roles r
  WHERE r.rolname <> ALL ('{"mono_accounting","mono_audit_44115bb2","mono_audit_ce59b12b","mono_contract","mono_marketing","sminion_owner"}'::name[])
    AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = r.rolname)
    AND (r.rolname IN ('pg_read_all_data', 'pg_write_all_data')
      OR r.oid IN (
        SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
        WHERE t.attrelid = target AND NOT t.attisdropped));
  DROP POLICY IF EXISTS guard_others ON "crm"."click";
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"crm"."click"''::regclass, ARRAY[''mono_accounting'', ''mono_audit_44115bb2'', ''mono_audit_ce59b12b'', ''mono_contract'', ''mono_marketing'']::name[])' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:crm.click:guard_floor_mono_accounting
DROP POLICY IF EXISTS "guard_floor_mono_accounting" ON "crm"."click";
CREATE POLICY "guard_floor_mono_accounting" ON "crm"."click" AS RESTRICTIVE FOR ALL TO "mono_accounting" USING (("guard_subject" = ANY ((SELECT sminion.context('mono_accounting', current_user)::bigint[])::bigint[])) IS NOT TRUE AND (guard_mask & 1::bigint) <> 0);

-- policy:crm.click:guard_floor_mono_audit_44115bb2
DROP POLICY IF EXISTS "guard_floor_mono_audit_44115bb2" ON "crm"."click";
CREATE POLICY "guard_floor_mono_audit_44115bb2" ON "crm"."click" AS RESTRICTIVE FOR ALL TO "mono_audit_44115bb2" USING (("guard_subject" = ANY ((SELECT sminion.context('mono_audit_44115bb2', current_user)::bigint[])::bigint[])) IS NOT TRUE AND (guard_mask & 2::bigint) <> 0);

-- policy:crm.click:guard_floor_mono_audit_ce59b12b
DROP POLICY IF EXISTS "guard_floor_mono_audit_ce59b12b" ON "crm"."click";
CREATE POLICY "guard_floor_mono_audit_ce59b12b" ON "crm"."click" AS RESTRICTIVE FOR ALL TO "mono_audit_ce59b12b" USING (("guard_subject" = ANY ((SELECT sminion.context('mono_audit_ce59b12b', current_user)::bigint[])::bigint[])) IS NOT TRUE AND (guard_mask & 2::bigint) <> 0);

-- policy:crm.click:guard_floor_mono_contract
DROP POLICY IF EXISTS "guard_floor_mono_contract" ON "crm"."click";
CREATE POLICY "guard_floor_mono_contract" ON "crm"."click" AS RESTRICTIVE FOR ALL TO "mono_contract" USING (("guard_subject" = ANY ((SELECT sminion.context('mono_contract', current_user)::bigint[])::bigint[])) IS NOT TRUE AND (guard_mask & 4::bigint) <> 0);

-- policy:crm.click:guard_floor_mono_marketing
DROP POLICY IF EXISTS "guard_floor_mono_marketing" ON "crm"."click";
CREATE POLICY "guard_floor_mono_marketing" ON "crm"."click" AS RESTRICTIVE FOR ALL TO "mono_marketing" USING (("guard_subject" = ANY ((SELECT sminion.context('mono_marketing', current_user)::bigint[])::bigint[])) IS NOT TRUE AND (guard_mask & 8::bigint) <> 0);

-- policy:crm.click:guard_accounting_select
DROP POLICY IF EXISTS "guard_accounting_select" ON "crm"."click";
CREATE POLICY "guard_accounting_select" ON "crm"."click" AS PERMISSIVE FOR SELECT TO "mono_accounting" USING (true);

-- policy:crm.click:guard_audit_select
DROP POLICY IF EXISTS "guard_audit_select" ON "crm"."click";
CREATE POLICY "guard_audit_select" ON "crm"."click" AS PERMISSIVE FOR SELECT TO "mono_audit_44115bb2", "mono_audit_ce59b12b" USING (true);

-- policy:crm.click:guard_contract_select
DROP POLICY IF EXISTS "guard_contract_select" ON "crm"."click";
CREATE POLICY "guard_contract_select" ON "crm"."click" AS PERMISSIVE FOR SELECT TO "mono_contract" USING (true);

-- policy:crm.click:guard_contract_insert
DROP POLICY IF EXISTS "guard_contract_insert" ON "crm"."click";
CREATE POLICY "guard_contract_insert" ON "crm"."click" AS PERMISSIVE FOR INSERT TO "mono_contract" WITH CHECK (true);

-- policy:crm.click:guard_contract_delete
DROP POLICY IF EXISTS "guard_contract_delete" ON "crm"."click";
CREATE POLICY "guard_contract_delete" ON "crm"."click" AS PERMISSIVE FOR DELETE TO "mono_contract" USING (true);

-- policy:crm.click:guard_marketing_select
DROP POLICY IF EXISTS "guard_marketing_select" ON "crm"."click";
CREATE POLICY "guard_marketing_select" ON "crm"."click" AS PERMISSIVE FOR SELECT TO "mono_marketing" USING (true);

-- policy:crm.click:guard_owner
DROP POLICY IF EXISTS "guard_owner" ON "crm"."click";
CREATE POLICY "guard_owner" ON "crm"."click" AS PERMISSIVE FOR ALL TO sminion_owner USING (true);

-- statistics:crm.guard_click_marketing
-- Row security tests a bit of the mask: without these the planner guesses that nearly every row passes.
DROP STATISTICS IF EXISTS "crm"."guard_click_marketing";
CREATE STATISTICS "crm"."guard_click_marketing" ON (guard_mask & 8::bigint) FROM "crm"."click";

-- row_security:crm.contact
-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, no row of theirs is seen, whatever other policies they have. How it was before is
-- written down for the way back, once.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."contact"';
  part   pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT target UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(target) t
  LOOP
    INSERT INTO sminion.row_security_before (relation, protected, enabled, forced)
    SELECT c.oid, target, c.relrowsecurity AND NOT u.untagged, c.relforcerowsecurity AND NOT u.untagged
    FROM pg_catalog.pg_class c
    -- closed by the DDL guard, until now: see sminion.ddl_on_tables
    CROSS JOIN LATERAL (SELECT EXISTS (
      SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'guard_untagged')) AS u (untagged)
    WHERE c.oid = part
    ON CONFLICT DO NOTHING;
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged ON %s', part);
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged_refused ON %s', part);
    EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', part);
    IF part <> target THEN
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_floor ON %s', part);
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_refused ON %s', part);
      EXECUTE pg_catalog.format('CREATE POLICY guard_floor ON %s AS RESTRICTIVE USING (sminion.refuse_partition(%L::regclass, %L::regclass))',
                                part, part, target);
      -- Without a permissive policy PostgreSQL would answer with no rows, and not ask the other.
      EXECUTE pg_catalog.format('CREATE POLICY guard_refused ON %s USING (false)', part);
    END IF;
  END LOOP;
END
$sminion$;

-- policy:crm.contact:guard_floor
DROP POLICY IF EXISTS "guard_floor" ON "crm"."contact";
CREATE POLICY "guard_floor" ON "crm"."contact" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['mono_accounting', 'mono_audit_44115bb2', 'mono_audit_ce59b12b', 'mono_contract', 'mono_marketing', 'sminion_owner']::name[])));

-- policy:crm.contact:guard_refused
DROP POLICY IF EXISTS "guard_refused" ON "crm"."contact";
CREATE POLICY "guard_refused" ON "crm"."contact" AS PERMISSIVE FOR ALL TO PUBLIC USING (false);

-- others:crm.contact
-- A view that is not security_invoker reads with its owner's policies, while current_user is who asks: a compartment would
-- then be under none of its own, and under a permissive policy of the application it saw every row. So whoever else holds
-- anything on the table, its owner first, is refused by a policy of its own. Members of the two predefined roles hold it
-- without a grant. Compartments of an earlier policy are left out: their roles are dropped after this.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."contact"';
  others text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO others
  FROM pg_catalog.pg_roles r
  WHERE r.rolname <> ALL ('{"mono_accounting","mono_audit_44115bb2","mono_audit_ce59b12b","mono_contract","mono_marketing","sminion_owner"}'::name[])
    AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = r.rolname)
    AND (r.rolname IN ('pg_read_all_data', 'pg_write_all_data')
      OR r.oid IN (
        SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
        WHERE t.attrelid = target AND NOT t.attisdropped));
  DROP POLICY IF EXISTS guard_others ON "crm"."contact";
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"crm"."contact"''::regclass, ARRAY[''mono_accounting'', ''mono_audit_44115bb2'', ''mono_audit_ce59b12b'', ''mono_contract'', ''mono_marketing'']::name[])' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:crm.contact:guard_floor_mono_accounting
DROP POLICY IF EXISTS "guard_floor_mono_accounting" ON "crm"."contact";
CREATE POLICY "guard_floor_mono_accounting" ON "crm"."contact" AS RESTRICTIVE FOR ALL TO "mono_accounting" USING (("id" = ANY ((SELECT sminion.context('mono_accounting', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "id" IS NOT NULL AND (guard_mask & 1::bigint) <> 0);

-- policy:crm.contact:guard_floor_mono_audit_44115bb2
DROP POLICY IF EXISTS "guard_floor_mono_audit_44115bb2" ON "crm"."contact";
CREATE POLICY "guard_floor_mono_audit_44115bb2" ON "crm"."contact" AS RESTRICTIVE FOR ALL TO "mono_audit_44115bb2" USING (("id" = ANY ((SELECT sminion.context('mono_audit_44115bb2', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "id" IS NOT NULL AND (guard_mask & 2::bigint) <> 0);

-- policy:crm.contact:guard_floor_mono_audit_ce59b12b
DROP POLICY IF EXISTS "guard_floor_mono_audit_ce59b12b" ON "crm"."contact";
CREATE POLICY "guard_floor_mono_audit_ce59b12b" ON "crm"."contact" AS RESTRICTIVE FOR ALL TO "mono_audit_ce59b12b" USING (("id" = ANY ((SELECT sminion.context('mono_audit_ce59b12b', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "id" IS NOT NULL AND (guard_mask & 2::bigint) <> 0);

-- policy:crm.contact:guard_floor_mono_contract
DROP POLICY IF EXISTS "guard_floor_mono_contract" ON "crm"."contact";
CREATE POLICY "guard_floor_mono_contract" ON "crm"."contact" AS RESTRICTIVE FOR ALL TO "mono_contract" USING (("id" = ANY ((SELECT sminion.context('mono_contract', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "id" IS NOT NULL AND (guard_mask & 4::bigint) <> 0);

-- policy:crm.contact:guard_floor_mono_marketing
DROP POLICY IF EXISTS "guard_floor_mono_marketing" ON "crm"."contact";
CREATE POLICY "guard_floor_mono_marketing" ON "crm"."contact" AS RESTRICTIVE FOR ALL TO "mono_marketing" USING (("id" = ANY ((SELECT sminion.context('mono_marketing', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "id" IS NOT NULL AND (guard_mask & 8::bigint) <> 0);

-- policy:crm.contact:guard_accounting_select
DROP POLICY IF EXISTS "guard_accounting_select" ON "crm"."contact";
CREATE POLICY "guard_accounting_select" ON "crm"."contact" AS PERMISSIVE FOR SELECT TO "mono_accounting" USING (true);

-- policy:crm.contact:guard_audit_select
DROP POLICY IF EXISTS "guard_audit_select" ON "crm"."contact";
CREATE POLICY "guard_audit_select" ON "crm"."contact" AS PERMISSIVE FOR SELECT TO "mono_audit_44115bb2", "mono_audit_ce59b12b" USING (true);

-- policy:crm.contact:guard_contract_select
DROP POLICY IF EXISTS "guard_contract_select" ON "crm"."contact";
CREATE POLICY "guard_contract_select" ON "crm"."contact" AS PERMISSIVE FOR SELECT TO "mono_contract" USING (true);

-- policy:crm.contact:guard_contract_insert
DROP POLICY IF EXISTS "guard_contract_insert" ON "crm"."contact";
CREATE POLICY "guard_contract_insert" ON "crm"."contact" AS PERMISSIVE FOR INSERT TO "mono_contract" WITH CHECK (true);

-- policy:crm.contact:guard_contract_delete
DROP POLICY IF EXISTS "guard_contract_delete" ON "crm"."contact";
CREATE POLICY "guard_contract_delete" ON "crm"."contact" AS PERMISSIVE FOR DELETE TO "mono_contract" USING (true);

-- policy:crm.contact:guard_marketing_select
DROP POLICY IF EXISTS "guard_marketing_select" ON "crm"."contact";
CREATE POLICY "guard_marketing_select" ON "crm"."contact" AS PERMISSIVE FOR SELECT TO "mono_marketing" USING (true);

-- policy:crm.contact:guard_owner
DROP POLICY IF EXISTS "guard_owner" ON "crm"."contact";
CREATE POLICY "guard_owner" ON "crm"."contact" AS PERMISSIVE FOR ALL TO sminion_owner USING (true);

-- statistics:crm.guard_contact_marketing
-- Row security tests a bit of the mask: without these the planner guesses that nearly every row passes.
DROP STATISTICS IF EXISTS "crm"."guard_contact_marketing";
CREATE STATISTICS "crm"."guard_contact_marketing" ON (guard_mask & 8::bigint) FROM "crm"."contact";

-- row_security:crm.gift
-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, no row of theirs is seen, whatever other policies they have. How it was before is
-- written down for the way back, once.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."gift"';
  part   pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT target UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(target) t
  LOOP
    INSERT INTO sminion.row_security_before (relation, protected, enabled, forced)
    SELECT c.oid, target, c.relrowsecurity AND NOT u.untagged, c.relforcerowsecurity AND NOT u.untagged
    FROM pg_catalog.pg_class c
    -- closed by the DDL guard, until now: see sminion.ddl_on_tables
    CROSS JOIN LATERAL (SELECT EXISTS (
      SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'guard_untagged')) AS u (untagged)
    WHERE c.oid = part
    ON CONFLICT DO NOTHING;
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged ON %s', part);
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged_refused ON %s', part);
    EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', part);
    IF part <> target THEN
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_floor ON %s', part);
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_refused ON %s', part);
      EXECUTE pg_catalog.format('CREATE POLICY guard_floor ON %s AS RESTRICTIVE USING (sminion.refuse_partition(%L::regclass, %L::regclass))',
                                part, part, target);
      -- Without a permissive policy PostgreSQL would answer with no rows, and not ask the other.
      EXECUTE pg_catalog.format('CREATE POLICY guard_refused ON %s USING (false)', part);
    END IF;
  END LOOP;
END
$sminion$;

-- policy:crm.gift:guard_floor
DROP POLICY IF EXISTS "guard_floor" ON "crm"."gift";
CREATE POLICY "guard_floor" ON "crm"."gift" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['mono_accounting', 'mono_audit_44115bb2', 'mono_audit_ce59b12b', 'mono_contract', 'mono_marketing', 'sminion_owner']::name[])));

-- policy:crm.gift:guard_refused
DROP POLICY IF EXISTS "guard_refused" ON "crm"."gift";
CREATE POLICY "guard_refused" ON "crm"."gift" AS PERMISSIVE FOR ALL TO PUBLIC USING (false);

-- others:crm.gift
-- A view that is not security_invoker reads with its owner's policies, while current_user is who asks: a compartment would
-- then be under none of its own, and under a permissive policy of the application it saw every row. So whoever else holds
-- anything on the table, its owner first, is refused by a policy of its own. Members of the two predefined roles hold it
-- without a grant. Compartments of an earlier policy are left out: their roles are dropped after this.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."gift"';
  others text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO others
  FROM pg_catalog.pg_roles r
  WHERE r.rolname <> ALL ('{"mono_accounting","mono_audit_44115bb2","mono_audit_ce59b12b","mono_contract","mono_marketing","sminion_owner"}'::name[])
    AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = r.rolname)
    AND (r.rolname IN ('pg_read_all_data', 'pg_write_all_data')
      OR r.oid IN (
        SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
        WHERE t.attrelid = target AND NOT t.attisdropped));
  DROP POLICY IF EXISTS guard_others ON "crm"."gift";
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"crm"."gift"''::regclass, ARRAY[''mono_accounting'', ''mono_audit_44115bb2'', ''mono_audit_ce59b12b'', ''mono_contract'', ''mono_marketing'']::name[])' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:crm.gift:guard_floor_mono_accounting
DROP POLICY IF EXISTS "guard_floor_mono_accounting" ON "crm"."gift";
CREATE POLICY "guard_floor_mono_accounting" ON "crm"."gift" AS RESTRICTIVE FOR ALL TO "mono_accounting" USING (("giver" = ANY ((SELECT sminion.context('mono_accounting', current_user)::bigint[])::bigint[])) IS NOT TRUE AND ("taker" = ANY ((SELECT sminion.context('mono_accounting', current_user)::bigint[])::bigint[])) IS NOT TRUE AND (guard_mask & 1::bigint) <> 0);

-- policy:crm.gift:guard_floor_mono_audit_44115bb2
DROP POLICY IF EXISTS "guard_floor_mono_audit_44115bb2" ON "crm"."gift";
CREATE POLICY "guard_floor_mono_audit_44115bb2" ON "crm"."gift" AS RESTRICTIVE FOR ALL TO "mono_audit_44115bb2" USING (("giver" = ANY ((SELECT sminion.context('mono_audit_44115bb2', current_user)::bigint[])::bigint[])) IS NOT TRUE AND ("taker" = ANY ((SELECT sminion.context('mono_audit_44115bb2', current_user)::bigint[])::bigint[])) IS NOT TRUE AND (guard_mask & 2::bigint) <> 0);

-- policy:crm.gift:guard_floor_mono_audit_ce59b12b
DROP POLICY IF EXISTS "guard_floor_mono_audit_ce59b12b" ON "crm"."gift";
CREATE POLICY "guard_floor_mono_audit_ce59b12b" ON "crm"."gift" AS RESTRICTIVE FOR ALL TO "mono_audit_ce59b12b" USING (("giver" = ANY ((SELECT sminion.context('mono_audit_ce59b12b', current_user)::bigint[])::bigint[])) IS NOT TRUE AND ("taker" = ANY ((SELECT sminion.context('mono_audit_ce59b12b', current_user)::bigint[])::bigint[])) IS NOT TRUE AND (guard_mask & 2::bigint) <> 0);

-- policy:crm.gift:guard_floor_mono_contract
DROP POLICY IF EXISTS "guard_floor_mono_contract" ON "crm"."gift";
CREATE POLICY "guard_floor_mono_contract" ON "crm"."gift" AS RESTRICTIVE FOR ALL TO "mono_contract" USING (("giver" = ANY ((SELECT sminion.context('mono_contract', current_user)::bigint[])::bigint[])) IS NOT TRUE AND ("taker" = ANY ((SELECT sminion.context('mono_contract', current_user)::bigint[])::bigint[])) IS NOT TRUE AND (guard_mask & 4::bigint) <> 0);

-- policy:crm.gift:guard_floor_mono_marketing
DROP POLICY IF EXISTS "guard_floor_mono_marketing" ON "crm"."gift";
CREATE POLICY "guard_floor_mono_marketing" ON "crm"."gift" AS RESTRICTIVE FOR ALL TO "mono_marketing" USING (("giver" = ANY ((SELECT sminion.context('mono_marketing', current_user)::bigint[])::bigint[])) IS NOT TRUE AND ("taker" = ANY ((SELECT sminion.context('mono_marketing', current_user)::bigint[])::bigint[])) IS NOT TRUE AND (guard_mask & 8::bigint) <> 0);

-- policy:crm.gift:guard_accounting_select
DROP POLICY IF EXISTS "guard_accounting_select" ON "crm"."gift";
CREATE POLICY "guard_accounting_select" ON "crm"."gift" AS PERMISSIVE FOR SELECT TO "mono_accounting" USING (true);

-- policy:crm.gift:guard_audit_select
DROP POLICY IF EXISTS "guard_audit_select" ON "crm"."gift";
CREATE POLICY "guard_audit_select" ON "crm"."gift" AS PERMISSIVE FOR SELECT TO "mono_audit_44115bb2", "mono_audit_ce59b12b" USING (true);

-- policy:crm.gift:guard_contract_select
DROP POLICY IF EXISTS "guard_contract_select" ON "crm"."gift";
CREATE POLICY "guard_contract_select" ON "crm"."gift" AS PERMISSIVE FOR SELECT TO "mono_contract" USING (true);

-- policy:crm.gift:guard_contract_insert
DROP POLICY IF EXISTS "guard_contract_insert" ON "crm"."gift";
CREATE POLICY "guard_contract_insert" ON "crm"."gift" AS PERMISSIVE FOR INSERT TO "mono_contract" WITH CHECK (true);

-- policy:crm.gift:guard_contract_delete
DROP POLICY IF EXISTS "guard_contract_delete" ON "crm"."gift";
CREATE POLICY "guard_contract_delete" ON "crm"."gift" AS PERMISSIVE FOR DELETE TO "mono_contract" USING (true);

-- policy:crm.gift:guard_marketing_select
DROP POLICY IF EXISTS "guard_marketing_select" ON "crm"."gift";
CREATE POLICY "guard_marketing_select" ON "crm"."gift" AS PERMISSIVE FOR SELECT TO "mono_marketing" USING (true);

-- policy:crm.gift:guard_owner
DROP POLICY IF EXISTS "guard_owner" ON "crm"."gift";
CREATE POLICY "guard_owner" ON "crm"."gift" AS PERMISSIVE FOR ALL TO sminion_owner USING (true);

-- statistics:crm.guard_gift_marketing
-- Row security tests a bit of the mask: without these the planner guesses that nearly every row passes.
DROP STATISTICS IF EXISTS "crm"."guard_gift_marketing";
CREATE STATISTICS "crm"."guard_gift_marketing" ON (guard_mask & 8::bigint) FROM "crm"."gift";

-- row_security:crm.letter
-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, no row of theirs is seen, whatever other policies they have. How it was before is
-- written down for the way back, once.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."letter"';
  part   pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT target UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(target) t
  LOOP
    INSERT INTO sminion.row_security_before (relation, protected, enabled, forced)
    SELECT c.oid, target, c.relrowsecurity AND NOT u.untagged, c.relforcerowsecurity AND NOT u.untagged
    FROM pg_catalog.pg_class c
    -- closed by the DDL guard, until now: see sminion.ddl_on_tables
    CROSS JOIN LATERAL (SELECT EXISTS (
      SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'guard_untagged')) AS u (untagged)
    WHERE c.oid = part
    ON CONFLICT DO NOTHING;
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged ON %s', part);
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged_refused ON %s', part);
    EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', part);
    IF part <> target THEN
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_floor ON %s', part);
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_refused ON %s', part);
      EXECUTE pg_catalog.format('CREATE POLICY guard_floor ON %s AS RESTRICTIVE USING (sminion.refuse_partition(%L::regclass, %L::regclass))',
                                part, part, target);
      -- Without a permissive policy PostgreSQL would answer with no rows, and not ask the other.
      EXECUTE pg_catalog.format('CREATE POLICY guard_refused ON %s USING (false)', part);
    END IF;
  END LOOP;
END
$sminion$;

-- policy:crm.letter:guard_floor
DROP POLICY IF EXISTS "guard_floor" ON "crm"."letter";
CREATE POLICY "guard_floor" ON "crm"."letter" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['mono_accounting', 'mono_audit_44115bb2', 'mono_audit_ce59b12b', 'mono_contract', 'mono_marketing', 'sminion_owner']::name[])));

-- policy:crm.letter:guard_refused
DROP POLICY IF EXISTS "guard_refused" ON "crm"."letter";
CREATE POLICY "guard_refused" ON "crm"."letter" AS PERMISSIVE FOR ALL TO PUBLIC USING (false);

-- others:crm.letter
-- A view that is not security_invoker reads with its owner's policies, while current_user is who asks: a compartment would
-- then be under none of its own, and under a permissive policy of the application it saw every row. So whoever else holds
-- anything on the table, its owner first, is refused by a policy of its own. Members of the two predefined roles hold it
-- without a grant. Compartments of an earlier policy are left out: their roles are dropped after this.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."letter"';
  others text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO others
  FROM pg_catalog.pg_roles r
  WHERE r.rolname <> ALL ('{"mono_accounting","mono_audit_44115bb2","mono_audit_ce59b12b","mono_contract","mono_marketing","sminion_owner"}'::name[])
    AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = r.rolname)
    AND (r.rolname IN ('pg_read_all_data', 'pg_write_all_data')
      OR r.oid IN (
        SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
        WHERE t.attrelid = target AND NOT t.attisdropped));
  DROP POLICY IF EXISTS guard_others ON "crm"."letter";
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"crm"."letter"''::regclass, ARRAY[''mono_accounting'', ''mono_audit_44115bb2'', ''mono_audit_ce59b12b'', ''mono_contract'', ''mono_marketing'']::name[])' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:crm.letter:guard_floor_mono_accounting
DROP POLICY IF EXISTS "guard_floor_mono_accounting" ON "crm"."letter";
CREATE POLICY "guard_floor_mono_accounting" ON "crm"."letter" AS RESTRICTIVE FOR ALL TO "mono_accounting" USING (("person" = ANY ((SELECT sminion.context('mono_accounting', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "person" IS NOT NULL AND (guard_mask & 1::bigint) <> 0);

-- policy:crm.letter:guard_floor_mono_audit_44115bb2
DROP POLICY IF EXISTS "guard_floor_mono_audit_44115bb2" ON "crm"."letter";
CREATE POLICY "guard_floor_mono_audit_44115bb2" ON "crm"."letter" AS RESTRICTIVE FOR ALL TO "mono_audit_44115bb2" USING (("person" = ANY ((SELECT sminion.context('mono_audit_44115bb2', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "person" IS NOT NULL AND (guard_mask & 2::bigint) <> 0);

-- policy:crm.letter:guard_floor_mono_audit_ce59b12b
DROP POLICY IF EXISTS "guard_floor_mono_audit_ce59b12b" ON "crm"."letter";
CREATE POLICY "guard_floor_mono_audit_ce59b12b" ON "crm"."letter" AS RESTRICTIVE FOR ALL TO "mono_audit_ce59b12b" USING (("person" = ANY ((SELECT sminion.context('mono_audit_ce59b12b', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "person" IS NOT NULL AND (guard_mask & 2::bigint) <> 0);

-- policy:crm.letter:guard_floor_mono_contract
DROP POLICY IF EXISTS "guard_floor_mono_contract" ON "crm"."letter";
CREATE POLICY "guard_floor_mono_contract" ON "crm"."letter" AS RESTRICTIVE FOR ALL TO "mono_contract" USING (("person" = ANY ((SELECT sminion.context('mono_contract', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "person" IS NOT NULL AND (guard_mask & 4::bigint) <> 0);

-- policy:crm.letter:guard_floor_mono_marketing
DROP POLICY IF EXISTS "guard_floor_mono_marketing" ON "crm"."letter";
CREATE POLICY "guard_floor_mono_marketing" ON "crm"."letter" AS RESTRICTIVE FOR ALL TO "mono_marketing" USING (("person" = ANY ((SELECT sminion.context('mono_marketing', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "person" IS NOT NULL AND (guard_mask & 8::bigint) <> 0);

-- policy:crm.letter:guard_accounting_select
DROP POLICY IF EXISTS "guard_accounting_select" ON "crm"."letter";
CREATE POLICY "guard_accounting_select" ON "crm"."letter" AS PERMISSIVE FOR SELECT TO "mono_accounting" USING (true);

-- policy:crm.letter:guard_audit_select
DROP POLICY IF EXISTS "guard_audit_select" ON "crm"."letter";
CREATE POLICY "guard_audit_select" ON "crm"."letter" AS PERMISSIVE FOR SELECT TO "mono_audit_44115bb2", "mono_audit_ce59b12b" USING (true);

-- policy:crm.letter:guard_contract_select
DROP POLICY IF EXISTS "guard_contract_select" ON "crm"."letter";
CREATE POLICY "guard_contract_select" ON "crm"."letter" AS PERMISSIVE FOR SELECT TO "mono_contract" USING (true);

-- policy:crm.letter:guard_contract_insert
DROP POLICY IF EXISTS "guard_contract_insert" ON "crm"."letter";
CREATE POLICY "guard_contract_insert" ON "crm"."letter" AS PERMISSIVE FOR INSERT TO "mono_contract" WITH CHECK (true);

-- policy:crm.letter:guard_contract_delete
DROP POLICY IF EXISTS "guard_contract_delete" ON "crm"."letter";
CREATE POLICY "guard_contract_delete" ON "crm"."letter" AS PERMISSIVE FOR DELETE TO "mono_contract" USING (true);

-- policy:crm.letter:guard_marketing_select
DROP POLICY IF EXISTS "guard_marketing_select" ON "crm"."letter";
CREATE POLICY "guard_marketing_select" ON "crm"."letter" AS PERMISSIVE FOR SELECT TO "mono_marketing" USING (true);

-- policy:crm.letter:guard_owner
DROP POLICY IF EXISTS "guard_owner" ON "crm"."letter";
CREATE POLICY "guard_owner" ON "crm"."letter" AS PERMISSIVE FOR ALL TO sminion_owner USING (true);

-- statistics:crm.guard_letter_marketing
-- Row security tests a bit of the mask: without these the planner guesses that nearly every row passes.
DROP STATISTICS IF EXISTS "crm"."guard_letter_marketing";
CREATE STATISTICS "crm"."guard_letter_marketing" ON (guard_mask & 8::bigint) FROM "crm"."letter";

-- row_security:crm.narrow
-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, no row of theirs is seen, whatever other policies they have. How it was before is
-- written down for the way back, once.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."narrow"';
  part   pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT target UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(target) t
  LOOP
    INSERT INTO sminion.row_security_before (relation, protected, enabled, forced)
    SELECT c.oid, target, c.relrowsecurity AND NOT u.untagged, c.relforcerowsecurity AND NOT u.untagged
    FROM pg_catalog.pg_class c
    -- closed by the DDL guard, until now: see sminion.ddl_on_tables
    CROSS JOIN LATERAL (SELECT EXISTS (
      SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'guard_untagged')) AS u (untagged)
    WHERE c.oid = part
    ON CONFLICT DO NOTHING;
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged ON %s', part);
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged_refused ON %s', part);
    EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', part);
    IF part <> target THEN
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_floor ON %s', part);
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_refused ON %s', part);
      EXECUTE pg_catalog.format('CREATE POLICY guard_floor ON %s AS RESTRICTIVE USING (sminion.refuse_partition(%L::regclass, %L::regclass))',
                                part, part, target);
      -- Without a permissive policy PostgreSQL would answer with no rows, and not ask the other.
      EXECUTE pg_catalog.format('CREATE POLICY guard_refused ON %s USING (false)', part);
    END IF;
  END LOOP;
END
$sminion$;

-- policy:crm.narrow:guard_floor
DROP POLICY IF EXISTS "guard_floor" ON "crm"."narrow";
CREATE POLICY "guard_floor" ON "crm"."narrow" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['mono_audit_44115bb2', 'mono_marketing', 'sminion_owner']::name[])));

-- policy:crm.narrow:guard_refused
DROP POLICY IF EXISTS "guard_refused" ON "crm"."narrow";
CREATE POLICY "guard_refused" ON "crm"."narrow" AS PERMISSIVE FOR ALL TO PUBLIC USING (false);

-- others:crm.narrow
-- A view that is not security_invoker reads with its owner's policies, while current_user is who asks: a compartment would
-- then be under none of its own, and under a permissive policy of the application it saw every row. So whoever else holds
-- anything on the table, its owner first, is refused by a policy of its own. Members of the two predefined roles hold it
-- without a grant. Compartments of an earlier policy are left out: their roles are dropped after this.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."narrow"';
  others text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO others
  FROM pg_catalog.pg_roles r
  WHERE r.rolname <> ALL ('{"mono_audit_44115bb2","mono_marketing","sminion_owner"}'::name[])
    AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = r.rolname)
    AND (r.rolname IN ('pg_read_all_data', 'pg_write_all_data')
      OR r.oid IN (
        SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
        WHERE t.attrelid = target AND NOT t.attisdropped));
  DROP POLICY IF EXISTS guard_others ON "crm"."narrow";
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"crm"."narrow"''::regclass, ARRAY[''mono_audit_44115bb2'', ''mono_marketing'']::name[])' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:crm.narrow:guard_floor_mono_audit_44115bb2
DROP POLICY IF EXISTS "guard_floor_mono_audit_44115bb2" ON "crm"."narrow";
CREATE POLICY "guard_floor_mono_audit_44115bb2" ON "crm"."narrow" AS RESTRICTIVE FOR ALL TO "mono_audit_44115bb2" USING (("id" = ANY ((SELECT sminion.context('mono_audit_44115bb2', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "id" IS NOT NULL AND (guard_mask & 2::bigint) <> 0);

-- policy:crm.narrow:guard_floor_mono_marketing
DROP POLICY IF EXISTS "guard_floor_mono_marketing" ON "crm"."narrow";
CREATE POLICY "guard_floor_mono_marketing" ON "crm"."narrow" AS RESTRICTIVE FOR ALL TO "mono_marketing" USING (("id" = ANY ((SELECT sminion.context('mono_marketing', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "id" IS NOT NULL AND (guard_mask & 8::bigint) <> 0);

-- policy:crm.narrow:guard_audit_select
DROP POLICY IF EXISTS "guard_audit_select" ON "crm"."narrow";
CREATE POLICY "guard_audit_select" ON "crm"."narrow" AS PERMISSIVE FOR SELECT TO "mono_audit_44115bb2" USING (true);

-- policy:crm.narrow:guard_marketing_select
DROP POLICY IF EXISTS "guard_marketing_select" ON "crm"."narrow";
CREATE POLICY "guard_marketing_select" ON "crm"."narrow" AS PERMISSIVE FOR SELECT TO "mono_marketing" USING (true);

-- policy:crm.narrow:guard_owner
DROP POLICY IF EXISTS "guard_owner" ON "crm"."narrow";
CREATE POLICY "guard_owner" ON "crm"."narrow" AS PERMISSIVE FOR ALL TO sminion_owner USING (true);

-- statistics:crm.guard_narrow_marketing
-- Row security tests a bit of the mask: without these the planner guesses that nearly every row passes.
DROP STATISTICS IF EXISTS "crm"."guard_narrow_marketing";
CREATE STATISTICS "crm"."guard_narrow_marketing" ON (guard_mask & 8::bigint) FROM "crm"."narrow";

-- row_security:crm.shut
-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, no row of theirs is seen, whatever other policies they have. How it was before is
-- written down for the way back, once.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."shut"';
  part   pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT target UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(target) t
  LOOP
    INSERT INTO sminion.row_security_before (relation, protected, enabled, forced)
    SELECT c.oid, target, c.relrowsecurity AND NOT u.untagged, c.relforcerowsecurity AND NOT u.untagged
    FROM pg_catalog.pg_class c
    -- closed by the DDL guard, until now: see sminion.ddl_on_tables
    CROSS JOIN LATERAL (SELECT EXISTS (
      SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'guard_untagged')) AS u (untagged)
    WHERE c.oid = part
    ON CONFLICT DO NOTHING;
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged ON %s', part);
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged_refused ON %s', part);
    EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', part);
    IF part <> target THEN
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_floor ON %s', part);
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_refused ON %s', part);
      EXECUTE pg_catalog.format('CREATE POLICY guard_floor ON %s AS RESTRICTIVE USING (sminion.refuse_partition(%L::regclass, %L::regclass))',
                                part, part, target);
      -- Without a permissive policy PostgreSQL would answer with no rows, and not ask the other.
      EXECUTE pg_catalog.format('CREATE POLICY guard_refused ON %s USING (false)', part);
    END IF;
  END LOOP;
END
$sminion$;

-- policy:crm.shut:guard_floor
DROP POLICY IF EXISTS "guard_floor" ON "crm"."shut";
CREATE POLICY "guard_floor" ON "crm"."shut" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['sminion_owner']::name[])));

-- policy:crm.shut:guard_refused
DROP POLICY IF EXISTS "guard_refused" ON "crm"."shut";
CREATE POLICY "guard_refused" ON "crm"."shut" AS PERMISSIVE FOR ALL TO PUBLIC USING (false);

-- others:crm.shut
-- A view that is not security_invoker reads with its owner's policies, while current_user is who asks: a compartment would
-- then be under none of its own, and under a permissive policy of the application it saw every row. So whoever else holds
-- anything on the table, its owner first, is refused by a policy of its own. Members of the two predefined roles hold it
-- without a grant. Compartments of an earlier policy are left out: their roles are dropped after this.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."shut"';
  others text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO others
  FROM pg_catalog.pg_roles r
  WHERE r.rolname <> ALL ('{"sminion_owner"}'::name[])
    AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = r.rolname)
    AND (r.rolname IN ('pg_read_all_data', 'pg_write_all_data')
      OR r.oid IN (
        SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
        WHERE t.attrelid = target AND NOT t.attisdropped));
  DROP POLICY IF EXISTS guard_others ON "crm"."shut";
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"crm"."shut"''::regclass, ARRAY[]::name[])' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:crm.shut:guard_owner
DROP POLICY IF EXISTS "guard_owner" ON "crm"."shut";
CREATE POLICY "guard_owner" ON "crm"."shut" AS PERMISSIVE FOR ALL TO sminion_owner USING (true);

-- row_security:crm.visit
-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, no row of theirs is seen, whatever other policies they have. How it was before is
-- written down for the way back, once.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."visit"';
  part   pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT target UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(target) t
  LOOP
    INSERT INTO sminion.row_security_before (relation, protected, enabled, forced)
    SELECT c.oid, target, c.relrowsecurity AND NOT u.untagged, c.relforcerowsecurity AND NOT u.untagged
    FROM pg_catalog.pg_class c
    -- closed by the DDL guard, until now: see sminion.ddl_on_tables
    CROSS JOIN LATERAL (SELECT EXISTS (
      SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'guard_untagged')) AS u (untagged)
    WHERE c.oid = part
    ON CONFLICT DO NOTHING;
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged ON %s', part);
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged_refused ON %s', part);
    EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', part);
    IF part <> target THEN
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_floor ON %s', part);
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_refused ON %s', part);
      EXECUTE pg_catalog.format('CREATE POLICY guard_floor ON %s AS RESTRICTIVE USING (sminion.refuse_partition(%L::regclass, %L::regclass))',
                                part, part, target);
      -- Without a permissive policy PostgreSQL would answer with no rows, and not ask the other.
      EXECUTE pg_catalog.format('CREATE POLICY guard_refused ON %s USING (false)', part);
    END IF;
  END LOOP;
END
$sminion$;

-- policy:crm.visit:guard_floor
DROP POLICY IF EXISTS "guard_floor" ON "crm"."visit";
CREATE POLICY "guard_floor" ON "crm"."visit" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['mono_accounting', 'mono_audit_44115bb2', 'mono_audit_ce59b12b', 'mono_contract', 'mono_marketing', 'sminion_owner']::name[])));

-- policy:crm.visit:guard_refused
DROP POLICY IF EXISTS "guard_refused" ON "crm"."visit";
CREATE POLICY "guard_refused" ON "crm"."visit" AS PERMISSIVE FOR ALL TO PUBLIC USING (false);

-- others:crm.visit
-- A view that is not security_invoker reads with its owner's policies, while current_user is who asks: a compartment would
-- then be under none of its own, and under a permissive policy of the application it saw every row. So whoever else holds
-- anything on the table, its owner first, is refused by a policy of its own. Members of the two predefined roles hold it
-- without a grant. Compartments of an earlier policy are left out: their roles are dropped after this.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."visit"';
  others text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO others
  FROM pg_catalog.pg_roles r
  WHERE r.rolname <> ALL ('{"mono_accounting","mono_audit_44115bb2","mono_audit_ce59b12b","mono_contract","mono_marketing","sminion_owner"}'::name[])
    AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = r.rolname)
    AND (r.rolname IN ('pg_read_all_data', 'pg_write_all_data')
      OR r.oid IN (
        SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
        WHERE t.attrelid = target AND NOT t.attisdropped));
  DROP POLICY IF EXISTS guard_others ON "crm"."visit";
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"crm"."visit"''::regclass, ARRAY[''mono_accounting'', ''mono_audit_44115bb2'', ''mono_audit_ce59b12b'', ''mono_contract'', ''mono_marketing'']::name[])' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:crm.visit:guard_floor_mono_accounting
DROP POLICY IF EXISTS "guard_floor_mono_accounting" ON "crm"."visit";
CREATE POLICY "guard_floor_mono_accounting" ON "crm"."visit" AS RESTRICTIVE FOR ALL TO "mono_accounting" USING (("person" = ANY ((SELECT sminion.context('mono_accounting', current_user)::bigint[])::bigint[])) IS NOT TRUE AND (guard_mask & 1::bigint) <> 0);

-- policy:crm.visit:guard_floor_mono_audit_44115bb2
DROP POLICY IF EXISTS "guard_floor_mono_audit_44115bb2" ON "crm"."visit";
CREATE POLICY "guard_floor_mono_audit_44115bb2" ON "crm"."visit" AS RESTRICTIVE FOR ALL TO "mono_audit_44115bb2" USING (("person" = ANY ((SELECT sminion.context('mono_audit_44115bb2', current_user)::bigint[])::bigint[])) IS NOT TRUE AND (guard_mask & 2::bigint) <> 0);

-- policy:crm.visit:guard_floor_mono_audit_ce59b12b
DROP POLICY IF EXISTS "guard_floor_mono_audit_ce59b12b" ON "crm"."visit";
CREATE POLICY "guard_floor_mono_audit_ce59b12b" ON "crm"."visit" AS RESTRICTIVE FOR ALL TO "mono_audit_ce59b12b" USING (("person" = ANY ((SELECT sminion.context('mono_audit_ce59b12b', current_user)::bigint[])::bigint[])) IS NOT TRUE AND (guard_mask & 2::bigint) <> 0);

-- policy:crm.visit:guard_floor_mono_contract
DROP POLICY IF EXISTS "guard_floor_mono_contract" ON "crm"."visit";
CREATE POLICY "guard_floor_mono_contract" ON "crm"."visit" AS RESTRICTIVE FOR ALL TO "mono_contract" USING (("person" = ANY ((SELECT sminion.context('mono_contract', current_user)::bigint[])::bigint[])) IS NOT TRUE AND (guard_mask & 4::bigint) <> 0);

-- policy:crm.visit:guard_floor_mono_marketing
DROP POLICY IF EXISTS "guard_floor_mono_marketing" ON "crm"."visit";
CREATE POLICY "guard_floor_mono_marketing" ON "crm"."visit" AS RESTRICTIVE FOR ALL TO "mono_marketing" USING (("person" = ANY ((SELECT sminion.context('mono_marketing', current_user)::bigint[])::bigint[])) IS NOT TRUE AND (guard_mask & 8::bigint) <> 0);

-- policy:crm.visit:guard_accounting_select
DROP POLICY IF EXISTS "guard_accounting_select" ON "crm"."visit";
CREATE POLICY "guard_accounting_select" ON "crm"."visit" AS PERMISSIVE FOR SELECT TO "mono_accounting" USING (true);

-- policy:crm.visit:guard_audit_select
DROP POLICY IF EXISTS "guard_audit_select" ON "crm"."visit";
CREATE POLICY "guard_audit_select" ON "crm"."visit" AS PERMISSIVE FOR SELECT TO "mono_audit_44115bb2", "mono_audit_ce59b12b" USING (true);

-- policy:crm.visit:guard_contract_select
DROP POLICY IF EXISTS "guard_contract_select" ON "crm"."visit";
CREATE POLICY "guard_contract_select" ON "crm"."visit" AS PERMISSIVE FOR SELECT TO "mono_contract" USING (true);

-- policy:crm.visit:guard_contract_insert
DROP POLICY IF EXISTS "guard_contract_insert" ON "crm"."visit";
CREATE POLICY "guard_contract_insert" ON "crm"."visit" AS PERMISSIVE FOR INSERT TO "mono_contract" WITH CHECK (true);

-- policy:crm.visit:guard_contract_delete
DROP POLICY IF EXISTS "guard_contract_delete" ON "crm"."visit";
CREATE POLICY "guard_contract_delete" ON "crm"."visit" AS PERMISSIVE FOR DELETE TO "mono_contract" USING (true);

-- policy:crm.visit:guard_marketing_select
DROP POLICY IF EXISTS "guard_marketing_select" ON "crm"."visit";
CREATE POLICY "guard_marketing_select" ON "crm"."visit" AS PERMISSIVE FOR SELECT TO "mono_marketing" USING (true);

-- policy:crm.visit:guard_owner
DROP POLICY IF EXISTS "guard_owner" ON "crm"."visit";
CREATE POLICY "guard_owner" ON "crm"."visit" AS PERMISSIVE FOR ALL TO sminion_owner USING (true);

-- statistics:crm.guard_visit_marketing
-- Row security tests a bit of the mask: without these the planner guesses that nearly every row passes.
DROP STATISTICS IF EXISTS "crm"."guard_visit_marketing";
CREATE STATISTICS "crm"."guard_visit_marketing" ON (guard_mask & 8::bigint) FROM "crm"."visit";

-- row_security:public.customer
-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, no row of theirs is seen, whatever other policies they have. How it was before is
-- written down for the way back, once.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"public"."customer"';
  part   pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT target UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(target) t
  LOOP
    INSERT INTO sminion.row_security_before (relation, protected, enabled, forced)
    SELECT c.oid, target, c.relrowsecurity AND NOT u.untagged, c.relforcerowsecurity AND NOT u.untagged
    FROM pg_catalog.pg_class c
    -- closed by the DDL guard, until now: see sminion.ddl_on_tables
    CROSS JOIN LATERAL (SELECT EXISTS (
      SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'guard_untagged')) AS u (untagged)
    WHERE c.oid = part
    ON CONFLICT DO NOTHING;
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged ON %s', part);
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged_refused ON %s', part);
    EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', part);
    IF part <> target THEN
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_floor ON %s', part);
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_refused ON %s', part);
      EXECUTE pg_catalog.format('CREATE POLICY guard_floor ON %s AS RESTRICTIVE USING (sminion.refuse_partition(%L::regclass, %L::regclass))',
                                part, part, target);
      -- Without a permissive policy PostgreSQL would answer with no rows, and not ask the other.
      EXECUTE pg_catalog.format('CREATE POLICY guard_refused ON %s USING (false)', part);
    END IF;
  END LOOP;
END
$sminion$;

-- policy:public.customer:guard_floor
DROP POLICY IF EXISTS "guard_floor" ON "public"."customer";
CREATE POLICY "guard_floor" ON "public"."customer" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['mono_accounting', 'mono_audit_ce59b12b', 'mono_contract', 'sminion_owner']::name[])));

-- policy:public.customer:guard_refused
DROP POLICY IF EXISTS "guard_refused" ON "public"."customer";
CREATE POLICY "guard_refused" ON "public"."customer" AS PERMISSIVE FOR ALL TO PUBLIC USING (false);

-- others:public.customer
-- A view that is not security_invoker reads with its owner's policies, while current_user is who asks: a compartment would
-- then be under none of its own, and under a permissive policy of the application it saw every row. So whoever else holds
-- anything on the table, its owner first, is refused by a policy of its own. Members of the two predefined roles hold it
-- without a grant. Compartments of an earlier policy are left out: their roles are dropped after this.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"public"."customer"';
  others text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO others
  FROM pg_catalog.pg_roles r
  WHERE r.rolname <> ALL ('{"mono_accounting","mono_audit_ce59b12b","mono_contract","sminion_owner"}'::name[])
    AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = r.rolname)
    AND (r.rolname IN ('pg_read_all_data', 'pg_write_all_data')
      OR r.oid IN (
        SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
        WHERE t.attrelid = target AND NOT t.attisdropped));
  DROP POLICY IF EXISTS guard_others ON "public"."customer";
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"public"."customer"''::regclass, ARRAY[''mono_accounting'', ''mono_audit_ce59b12b'', ''mono_contract'']::name[])' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:public.customer:guard_floor_mono_accounting
DROP POLICY IF EXISTS "guard_floor_mono_accounting" ON "public"."customer";
CREATE POLICY "guard_floor_mono_accounting" ON "public"."customer" AS RESTRICTIVE FOR ALL TO "mono_accounting" USING (("id" = ANY ((SELECT sminion.context('mono_accounting', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "id" IS NOT NULL AND (guard_mask & 1::bigint) <> 0);

-- policy:public.customer:guard_floor_mono_audit_ce59b12b
DROP POLICY IF EXISTS "guard_floor_mono_audit_ce59b12b" ON "public"."customer";
CREATE POLICY "guard_floor_mono_audit_ce59b12b" ON "public"."customer" AS RESTRICTIVE FOR ALL TO "mono_audit_ce59b12b" USING (("id" = ANY ((SELECT sminion.context('mono_audit_ce59b12b', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "id" IS NOT NULL AND (guard_mask & 2::bigint) <> 0);

-- policy:public.customer:guard_floor_mono_contract
DROP POLICY IF EXISTS "guard_floor_mono_contract" ON "public"."customer";
CREATE POLICY "guard_floor_mono_contract" ON "public"."customer" AS RESTRICTIVE FOR ALL TO "mono_contract" USING (("id" = ANY ((SELECT sminion.context('mono_contract', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "id" IS NOT NULL AND (guard_mask & 4::bigint) <> 0);

-- policy:public.customer:guard_accounting_select
DROP POLICY IF EXISTS "guard_accounting_select" ON "public"."customer";
CREATE POLICY "guard_accounting_select" ON "public"."customer" AS PERMISSIVE FOR SELECT TO "mono_accounting" USING (true);

-- policy:public.customer:guard_audit_select
DROP POLICY IF EXISTS "guard_audit_select" ON "public"."customer";
CREATE POLICY "guard_audit_select" ON "public"."customer" AS PERMISSIVE FOR SELECT TO "mono_audit_ce59b12b" USING (true);

-- policy:public.customer:guard_contract_select
DROP POLICY IF EXISTS "guard_contract_select" ON "public"."customer";
CREATE POLICY "guard_contract_select" ON "public"."customer" AS PERMISSIVE FOR SELECT TO "mono_contract" USING (true);

-- policy:public.customer:guard_contract_insert
DROP POLICY IF EXISTS "guard_contract_insert" ON "public"."customer";
CREATE POLICY "guard_contract_insert" ON "public"."customer" AS PERMISSIVE FOR INSERT TO "mono_contract" WITH CHECK (true);

-- policy:public.customer:guard_contract_delete
DROP POLICY IF EXISTS "guard_contract_delete" ON "public"."customer";
CREATE POLICY "guard_contract_delete" ON "public"."customer" AS PERMISSIVE FOR DELETE TO "mono_contract" USING (true);

-- policy:public.customer:guard_owner
DROP POLICY IF EXISTS "guard_owner" ON "public"."customer";
CREATE POLICY "guard_owner" ON "public"."customer" AS PERMISSIVE FOR ALL TO sminion_owner USING (true);

-- row_security:public.invoice
-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, no row of theirs is seen, whatever other policies they have. How it was before is
-- written down for the way back, once.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"public"."invoice"';
  part   pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT target UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(target) t
  LOOP
    INSERT INTO sminion.row_security_before (relation, protected, enabled, forced)
    SELECT c.oid, target, c.relrowsecurity AND NOT u.untagged, c.relforcerowsecurity AND NOT u.untagged
    FROM pg_catalog.pg_class c
    -- closed by the DDL guard, until now: see sminion.ddl_on_tables
    CROSS JOIN LATERAL (SELECT EXISTS (
      SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'guard_untagged')) AS u (untagged)
    WHERE c.oid = part
    ON CONFLICT DO NOTHING;
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged ON %s', part);
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged_refused ON %s', part);
    EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', part);
    IF part <> target THEN
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_floor ON %s', part);
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_refused ON %s', part);
      EXECUTE pg_catalog.format('CREATE POLICY guard_floor ON %s AS RESTRICTIVE USING (sminion.refuse_partition(%L::regclass, %L::regclass))',
                                part, part, target);
      -- Without a permissive policy PostgreSQL would answer with no rows, and not ask the other.
      EXECUTE pg_catalog.format('CREATE POLICY guard_refused ON %s USING (false)', part);
    END IF;
  END LOOP;
END
$sminion$;

-- policy:public.invoice:guard_floor
DROP POLICY IF EXISTS "guard_floor" ON "public"."invoice";
CREATE POLICY "guard_floor" ON "public"."invoice" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['mono_accounting', 'mono_audit_ce59b12b', 'mono_contract', 'sminion_owner']::name[])));

-- policy:public.invoice:guard_refused
DROP POLICY IF EXISTS "guard_refused" ON "public"."invoice";
CREATE POLICY "guard_refused" ON "public"."invoice" AS PERMISSIVE FOR ALL TO PUBLIC USING (false);

-- others:public.invoice
-- A view that is not security_invoker reads with its owner's policies, while current_user is who asks: a compartment would
-- then be under none of its own, and under a permissive policy of the application it saw every row. So whoever else holds
-- anything on the table, its owner first, is refused by a policy of its own. Members of the two predefined roles hold it
-- without a grant. Compartments of an earlier policy are left out: their roles are dropped after this.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"public"."invoice"';
  others text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO others
  FROM pg_catalog.pg_roles r
  WHERE r.rolname <> ALL ('{"mono_accounting","mono_audit_ce59b12b","mono_contract","sminion_owner"}'::name[])
    AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = r.rolname)
    AND (r.rolname IN ('pg_read_all_data', 'pg_write_all_data')
      OR r.oid IN (
        SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
        WHERE t.attrelid = target AND NOT t.attisdropped));
  DROP POLICY IF EXISTS guard_others ON "public"."invoice";
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"public"."invoice"''::regclass, ARRAY[''mono_accounting'', ''mono_audit_ce59b12b'', ''mono_contract'']::name[])' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:public.invoice:guard_floor_mono_accounting
DROP POLICY IF EXISTS "guard_floor_mono_accounting" ON "public"."invoice";
CREATE POLICY "guard_floor_mono_accounting" ON "public"."invoice" AS RESTRICTIVE FOR ALL TO "mono_accounting" USING (("guard_subject" = ANY ((SELECT sminion.context('mono_accounting', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "guard_subject" IS NOT NULL AND (guard_mask & 1::bigint) <> 0);

-- policy:public.invoice:guard_floor_mono_audit_ce59b12b
DROP POLICY IF EXISTS "guard_floor_mono_audit_ce59b12b" ON "public"."invoice";
CREATE POLICY "guard_floor_mono_audit_ce59b12b" ON "public"."invoice" AS RESTRICTIVE FOR ALL TO "mono_audit_ce59b12b" USING (("guard_subject" = ANY ((SELECT sminion.context('mono_audit_ce59b12b', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "guard_subject" IS NOT NULL AND (guard_mask & 2::bigint) <> 0);

-- policy:public.invoice:guard_floor_mono_contract
DROP POLICY IF EXISTS "guard_floor_mono_contract" ON "public"."invoice";
CREATE POLICY "guard_floor_mono_contract" ON "public"."invoice" AS RESTRICTIVE FOR ALL TO "mono_contract" USING (("guard_subject" = ANY ((SELECT sminion.context('mono_contract', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "guard_subject" IS NOT NULL AND (guard_mask & 4::bigint) <> 0);

-- policy:public.invoice:guard_accounting_select
DROP POLICY IF EXISTS "guard_accounting_select" ON "public"."invoice";
CREATE POLICY "guard_accounting_select" ON "public"."invoice" AS PERMISSIVE FOR SELECT TO "mono_accounting" USING (true);

-- policy:public.invoice:guard_audit_select
DROP POLICY IF EXISTS "guard_audit_select" ON "public"."invoice";
CREATE POLICY "guard_audit_select" ON "public"."invoice" AS PERMISSIVE FOR SELECT TO "mono_audit_ce59b12b" USING (true);

-- policy:public.invoice:guard_contract_select
DROP POLICY IF EXISTS "guard_contract_select" ON "public"."invoice";
CREATE POLICY "guard_contract_select" ON "public"."invoice" AS PERMISSIVE FOR SELECT TO "mono_contract" USING (true);

-- policy:public.invoice:guard_contract_insert
DROP POLICY IF EXISTS "guard_contract_insert" ON "public"."invoice";
CREATE POLICY "guard_contract_insert" ON "public"."invoice" AS PERMISSIVE FOR INSERT TO "mono_contract" WITH CHECK (true);

-- policy:public.invoice:guard_contract_delete
DROP POLICY IF EXISTS "guard_contract_delete" ON "public"."invoice";
CREATE POLICY "guard_contract_delete" ON "public"."invoice" AS PERMISSIVE FOR DELETE TO "mono_contract" USING (true);

-- policy:public.invoice:guard_owner
DROP POLICY IF EXISTS "guard_owner" ON "public"."invoice";
CREATE POLICY "guard_owner" ON "public"."invoice" AS PERMISSIVE FOR ALL TO sminion_owner USING (true);

-- row_security:public.subscriber
-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, no row of theirs is seen, whatever other policies they have. How it was before is
-- written down for the way back, once.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"public"."subscriber"';
  part   pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT target UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(target) t
  LOOP
    INSERT INTO sminion.row_security_before (relation, protected, enabled, forced)
    SELECT c.oid, target, c.relrowsecurity AND NOT u.untagged, c.relforcerowsecurity AND NOT u.untagged
    FROM pg_catalog.pg_class c
    -- closed by the DDL guard, until now: see sminion.ddl_on_tables
    CROSS JOIN LATERAL (SELECT EXISTS (
      SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'guard_untagged')) AS u (untagged)
    WHERE c.oid = part
    ON CONFLICT DO NOTHING;
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged ON %s', part);
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged_refused ON %s', part);
    EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', part);
    IF part <> target THEN
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_floor ON %s', part);
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_refused ON %s', part);
      EXECUTE pg_catalog.format('CREATE POLICY guard_floor ON %s AS RESTRICTIVE USING (sminion.refuse_partition(%L::regclass, %L::regclass))',
                                part, part, target);
      -- Without a permissive policy PostgreSQL would answer with no rows, and not ask the other.
      EXECUTE pg_catalog.format('CREATE POLICY guard_refused ON %s USING (false)', part);
    END IF;
  END LOOP;
END
$sminion$;

-- policy:public.subscriber:guard_floor
DROP POLICY IF EXISTS "guard_floor" ON "public"."subscriber";
CREATE POLICY "guard_floor" ON "public"."subscriber" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['mono_audit_44115bb2', 'mono_marketing', 'sminion_owner']::name[])));

-- policy:public.subscriber:guard_refused
DROP POLICY IF EXISTS "guard_refused" ON "public"."subscriber";
CREATE POLICY "guard_refused" ON "public"."subscriber" AS PERMISSIVE FOR ALL TO PUBLIC USING (false);

-- others:public.subscriber
-- A view that is not security_invoker reads with its owner's policies, while current_user is who asks: a compartment would
-- then be under none of its own, and under a permissive policy of the application it saw every row. So whoever else holds
-- anything on the table, its owner first, is refused by a policy of its own. Members of the two predefined roles hold it
-- without a grant. Compartments of an earlier policy are left out: their roles are dropped after this.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"public"."subscriber"';
  others text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO others
  FROM pg_catalog.pg_roles r
  WHERE r.rolname <> ALL ('{"mono_audit_44115bb2","mono_marketing","sminion_owner"}'::name[])
    AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = r.rolname)
    AND (r.rolname IN ('pg_read_all_data', 'pg_write_all_data')
      OR r.oid IN (
        SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
        WHERE t.attrelid = target AND NOT t.attisdropped));
  DROP POLICY IF EXISTS guard_others ON "public"."subscriber";
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"public"."subscriber"''::regclass, ARRAY[''mono_audit_44115bb2'', ''mono_marketing'']::name[])' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:public.subscriber:guard_floor_mono_audit_44115bb2
DROP POLICY IF EXISTS "guard_floor_mono_audit_44115bb2" ON "public"."subscriber";
CREATE POLICY "guard_floor_mono_audit_44115bb2" ON "public"."subscriber" AS RESTRICTIVE FOR ALL TO "mono_audit_44115bb2" USING (("customer_id" = ANY ((SELECT sminion.context('mono_audit_44115bb2', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "customer_id" IS NOT NULL AND (guard_mask & 2::bigint) <> 0);

-- policy:public.subscriber:guard_floor_mono_marketing
DROP POLICY IF EXISTS "guard_floor_mono_marketing" ON "public"."subscriber";
CREATE POLICY "guard_floor_mono_marketing" ON "public"."subscriber" AS RESTRICTIVE FOR ALL TO "mono_marketing" USING (("customer_id" = ANY ((SELECT sminion.context('mono_marketing', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "customer_id" IS NOT NULL AND (guard_mask & 8::bigint) <> 0);

-- policy:public.subscriber:guard_audit_select
DROP POLICY IF EXISTS "guard_audit_select" ON "public"."subscriber";
CREATE POLICY "guard_audit_select" ON "public"."subscriber" AS PERMISSIVE FOR SELECT TO "mono_audit_44115bb2" USING (true);

-- policy:public.subscriber:guard_marketing_select
DROP POLICY IF EXISTS "guard_marketing_select" ON "public"."subscriber";
CREATE POLICY "guard_marketing_select" ON "public"."subscriber" AS PERMISSIVE FOR SELECT TO "mono_marketing" USING (true);

-- policy:public.subscriber:guard_owner
DROP POLICY IF EXISTS "guard_owner" ON "public"."subscriber";
CREATE POLICY "guard_owner" ON "public"."subscriber" AS PERMISSIVE FOR ALL TO sminion_owner USING (true);

-- statistics:public.guard_subscriber_marketing
-- Row security tests a bit of the mask: without these the planner guesses that nearly every row passes.
DROP STATISTICS IF EXISTS "public"."guard_subscriber_marketing";
CREATE STATISTICS "public"."guard_subscriber_marketing" ON (guard_mask & 8::bigint) FROM "public"."subscriber";

-- row_security:public.unsaid
-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, no row of theirs is seen, whatever other policies they have. How it was before is
-- written down for the way back, once.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"public"."unsaid"';
  part   pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT target UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(target) t
  LOOP
    INSERT INTO sminion.row_security_before (relation, protected, enabled, forced)
    SELECT c.oid, target, c.relrowsecurity AND NOT u.untagged, c.relforcerowsecurity AND NOT u.untagged
    FROM pg_catalog.pg_class c
    -- closed by the DDL guard, until now: see sminion.ddl_on_tables
    CROSS JOIN LATERAL (SELECT EXISTS (
      SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'guard_untagged')) AS u (untagged)
    WHERE c.oid = part
    ON CONFLICT DO NOTHING;
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged ON %s', part);
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged_refused ON %s', part);
    EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', part);
    IF part <> target THEN
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_floor ON %s', part);
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_refused ON %s', part);
      EXECUTE pg_catalog.format('CREATE POLICY guard_floor ON %s AS RESTRICTIVE USING (sminion.refuse_partition(%L::regclass, %L::regclass))',
                                part, part, target);
      -- Without a permissive policy PostgreSQL would answer with no rows, and not ask the other.
      EXECUTE pg_catalog.format('CREATE POLICY guard_refused ON %s USING (false)', part);
    END IF;
  END LOOP;
END
$sminion$;

-- policy:public.unsaid:guard_floor
DROP POLICY IF EXISTS "guard_floor" ON "public"."unsaid";
CREATE POLICY "guard_floor" ON "public"."unsaid" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['sminion_owner']::name[])));

-- policy:public.unsaid:guard_refused
DROP POLICY IF EXISTS "guard_refused" ON "public"."unsaid";
CREATE POLICY "guard_refused" ON "public"."unsaid" AS PERMISSIVE FOR ALL TO PUBLIC USING (false);

-- others:public.unsaid
-- A view that is not security_invoker reads with its owner's policies, while current_user is who asks: a compartment would
-- then be under none of its own, and under a permissive policy of the application it saw every row. So whoever else holds
-- anything on the table, its owner first, is refused by a policy of its own. Members of the two predefined roles hold it
-- without a grant. Compartments of an earlier policy are left out: their roles are dropped after this.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"public"."unsaid"';
  others text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO others
  FROM pg_catalog.pg_roles r
  WHERE r.rolname <> ALL ('{"sminion_owner"}'::name[])
    AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = r.rolname)
    AND (r.rolname IN ('pg_read_all_data', 'pg_write_all_data')
      OR r.oid IN (
        SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
        WHERE t.attrelid = target AND NOT t.attisdropped));
  DROP POLICY IF EXISTS guard_others ON "public"."unsaid";
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"public"."unsaid"''::regclass, ARRAY[]::name[])' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:public.unsaid:guard_owner
DROP POLICY IF EXISTS "guard_owner" ON "public"."unsaid";
CREATE POLICY "guard_owner" ON "public"."unsaid" AS PERMISSIVE FOR ALL TO sminion_owner USING (true);

-- schema_usage:crm:mono_accounting
GRANT USAGE ON SCHEMA "crm" TO "mono_accounting";

-- schema_usage:public:mono_accounting
GRANT USAGE ON SCHEMA "public" TO "mono_accounting";

-- schema_usage:crm:mono_audit_44115bb2
GRANT USAGE ON SCHEMA "crm" TO "mono_audit_44115bb2";

-- schema_usage:public:mono_audit_44115bb2
GRANT USAGE ON SCHEMA "public" TO "mono_audit_44115bb2";

-- schema_usage:crm:mono_audit_ce59b12b
GRANT USAGE ON SCHEMA "crm" TO "mono_audit_ce59b12b";

-- schema_usage:public:mono_audit_ce59b12b
GRANT USAGE ON SCHEMA "public" TO "mono_audit_ce59b12b";

-- schema_usage:crm:mono_contract
GRANT USAGE ON SCHEMA "crm" TO "mono_contract";

-- schema_usage:public:mono_contract
GRANT USAGE ON SCHEMA "public" TO "mono_contract";

-- schema_usage:crm:mono_marketing
GRANT USAGE ON SCHEMA "crm" TO "mono_marketing";

-- schema_usage:public:mono_marketing
GRANT USAGE ON SCHEMA "public" TO "mono_marketing";

-- neutral_grant:public:mono_accounting
-- Neutral tables are read by every purpose and written by none: what one purpose could write and all read would be a place
-- where data of incompatible purposes meet. Only tables: a view reads with its owner's rights. A table that shares rows with
-- another one, as parent or child, is left out: the other may be protected. A table that was neutral before and is not now
-- is taken away: it may be listed since, for other purposes.
DO $sminion$
DECLARE
  neutral record;
BEGIN
  FOR neutral IN
    SELECT c.oid::pg_catalog.regclass AS name,
           c.relname::text LIKE ANY (E'{"100\\\\%%","country","ref\\\\\\\\\\\\_%"}'::text[]) AND c.relname <> ALL ('{"customer","invoice","subscriber","unsaid"}'::pg_catalog.name[])
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)
           AND (c.relkind = 'p' OR NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid)) AS meant,
           EXISTS (SELECT FROM pg_catalog.aclexplode(c.relacl) a JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
                   WHERE r.rolname = 'mono_accounting' AND a.privilege_type = 'SELECT') AS granted
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
  LOOP
    IF neutral.meant OR neutral.granted THEN
      EXECUTE pg_catalog.format('REVOKE ALL ON TABLE %s FROM "mono_accounting"', neutral.name);
    END IF;
    IF neutral.meant AND EXISTS (
      SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = neutral.name AND p.polname = 'guard_untagged')
    THEN -- closed by the DDL guard, until now: see sminion.ddl_on_tables
      EXECUTE pg_catalog.format('DROP POLICY guard_untagged ON %s', neutral.name);
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged_refused ON %s', neutral.name);
      EXECUTE pg_catalog.format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY', neutral.name);
    END IF;
    IF neutral.meant THEN
      EXECUTE pg_catalog.format('GRANT SELECT ON TABLE %s TO "mono_accounting"', neutral.name);
    END IF;
  END LOOP;
END
$sminion$;

-- neutral_grant:public:mono_audit_44115bb2
-- Neutral tables are read by every purpose and written by none: what one purpose could write and all read would be a place
-- where data of incompatible purposes meet. Only tables: a view reads with its owner's rights. A table that shares rows with
-- another one, as parent or child, is left out: the other may be protected. A table that was neutral before and is not now
-- is taken away: it may be listed since, for other purposes.
DO $sminion$
DECLARE
  neutral record;
BEGIN
  FOR neutral IN
    SELECT c.oid::pg_catalog.regclass AS name,
           c.relname::text LIKE ANY (E'{"100\\\\%%","country","ref\\\\\\\\\\\\_%"}'::text[]) AND c.relname <> ALL ('{"customer","invoice","subscriber","unsaid"}'::pg_catalog.name[])
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)
           AND (c.relkind = 'p' OR NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid)) AS meant,
           EXISTS (SELECT FROM pg_catalog.aclexplode(c.relacl) a JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
                   WHERE r.rolname = 'mono_audit_44115bb2' AND a.privilege_type = 'SELECT') AS granted
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
  LOOP
    IF neutral.meant OR neutral.granted THEN
      EXECUTE pg_catalog.format('REVOKE ALL ON TABLE %s FROM "mono_audit_44115bb2"', neutral.name);
    END IF;
    IF neutral.meant AND EXISTS (
      SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = neutral.name AND p.polname = 'guard_untagged')
    THEN -- closed by the DDL guard, until now: see sminion.ddl_on_tables
      EXECUTE pg_catalog.format('DROP POLICY guard_untagged ON %s', neutral.name);
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged_refused ON %s', neutral.name);
      EXECUTE pg_catalog.format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY', neutral.name);
    END IF;
    IF neutral.meant THEN
      EXECUTE pg_catalog.format('GRANT SELECT ON TABLE %s TO "mono_audit_44115bb2"', neutral.name);
    END IF;
  END LOOP;
END
$sminion$;

-- neutral_grant:public:mono_audit_ce59b12b
-- Neutral tables are read by every purpose and written by none: what one purpose could write and all read would be a place
-- where data of incompatible purposes meet. Only tables: a view reads with its owner's rights. A table that shares rows with
-- another one, as parent or child, is left out: the other may be protected. A table that was neutral before and is not now
-- is taken away: it may be listed since, for other purposes.
DO $sminion$
DECLARE
  neutral record;
BEGIN
  FOR neutral IN
    SELECT c.oid::pg_catalog.regclass AS name,
           c.relname::text LIKE ANY (E'{"100\\\\%%","country","ref\\\\\\\\\\\\_%"}'::text[]) AND c.relname <> ALL ('{"customer","invoice","subscriber","unsaid"}'::pg_catalog.name[])
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)
           AND (c.relkind = 'p' OR NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid)) AS meant,
           EXISTS (SELECT FROM pg_catalog.aclexplode(c.relacl) a JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
                   WHERE r.rolname = 'mono_audit_ce59b12b' AND a.privilege_type = 'SELECT') AS granted
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
  LOOP
    IF neutral.meant OR neutral.granted THEN
      EXECUTE pg_catalog.format('REVOKE ALL ON TABLE %s FROM "mono_audit_ce59b12b"', neutral.name);
    END IF;
    IF neutral.meant AND EXISTS (
      SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = neutral.name AND p.polname = 'guard_untagged')
    THEN -- closed by the DDL guard, until now: see sminion.ddl_on_tables
      EXECUTE pg_catalog.format('DROP POLICY guard_untagged ON %s', neutral.name);
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged_refused ON %s', neutral.name);
      EXECUTE pg_catalog.format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY', neutral.name);
    END IF;
    IF neutral.meant THEN
      EXECUTE pg_catalog.format('GRANT SELECT ON TABLE %s TO "mono_audit_ce59b12b"', neutral.name);
    END IF;
  END LOOP;
END
$sminion$;

-- neutral_grant:public:mono_contract
-- Neutral tables are read by every purpose and written by none: what one purpose could write and all read would be a place
-- where data of incompatible purposes meet. Only tables: a view reads with its owner's rights. A table that shares rows with
-- another one, as parent or child, is left out: the other may be protected. A table that was neutral before and is not now
-- is taken away: it may be listed since, for other purposes.
DO $sminion$
DECLARE
  neutral record;
BEGIN
  FOR neutral IN
    SELECT c.oid::pg_catalog.regclass AS name,
           c.relname::text LIKE ANY (E'{"100\\\\%%","country","ref\\\\\\\\\\\\_%"}'::text[]) AND c.relname <> ALL ('{"customer","invoice","subscriber","unsaid"}'::pg_catalog.name[])
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)
           AND (c.relkind = 'p' OR NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid)) AS meant,
           EXISTS (SELECT FROM pg_catalog.aclexplode(c.relacl) a JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
                   WHERE r.rolname = 'mono_contract' AND a.privilege_type = 'SELECT') AS granted
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
  LOOP
    IF neutral.meant OR neutral.granted THEN
      EXECUTE pg_catalog.format('REVOKE ALL ON TABLE %s FROM "mono_contract"', neutral.name);
    END IF;
    IF neutral.meant AND EXISTS (
      SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = neutral.name AND p.polname = 'guard_untagged')
    THEN -- closed by the DDL guard, until now: see sminion.ddl_on_tables
      EXECUTE pg_catalog.format('DROP POLICY guard_untagged ON %s', neutral.name);
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged_refused ON %s', neutral.name);
      EXECUTE pg_catalog.format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY', neutral.name);
    END IF;
    IF neutral.meant THEN
      EXECUTE pg_catalog.format('GRANT SELECT ON TABLE %s TO "mono_contract"', neutral.name);
    END IF;
  END LOOP;
END
$sminion$;

-- neutral_grant:public:mono_marketing
-- Neutral tables are read by every purpose and written by none: what one purpose could write and all read would be a place
-- where data of incompatible purposes meet. Only tables: a view reads with its owner's rights. A table that shares rows with
-- another one, as parent or child, is left out: the other may be protected. A table that was neutral before and is not now
-- is taken away: it may be listed since, for other purposes.
DO $sminion$
DECLARE
  neutral record;
BEGIN
  FOR neutral IN
    SELECT c.oid::pg_catalog.regclass AS name,
           c.relname::text LIKE ANY (E'{"100\\\\%%","country","ref\\\\\\\\\\\\_%"}'::text[]) AND c.relname <> ALL ('{"customer","invoice","subscriber","unsaid"}'::pg_catalog.name[])
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)
           AND (c.relkind = 'p' OR NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid)) AS meant,
           EXISTS (SELECT FROM pg_catalog.aclexplode(c.relacl) a JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
                   WHERE r.rolname = 'mono_marketing' AND a.privilege_type = 'SELECT') AS granted
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
  LOOP
    IF neutral.meant OR neutral.granted THEN
      EXECUTE pg_catalog.format('REVOKE ALL ON TABLE %s FROM "mono_marketing"', neutral.name);
    END IF;
    IF neutral.meant AND EXISTS (
      SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = neutral.name AND p.polname = 'guard_untagged')
    THEN -- closed by the DDL guard, until now: see sminion.ddl_on_tables
      EXECUTE pg_catalog.format('DROP POLICY guard_untagged ON %s', neutral.name);
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged_refused ON %s', neutral.name);
      EXECUTE pg_catalog.format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY', neutral.name);
    END IF;
    IF neutral.meant THEN
      EXECUTE pg_catalog.format('GRANT SELECT ON TABLE %s TO "mono_marketing"', neutral.name);
    END IF;
  END LOOP;
END
$sminion$;

-- column_grant:crm.click:mono_accounting
REVOKE ALL ON TABLE "crm"."click" FROM "mono_accounting";
GRANT SELECT ("visit_no") ON TABLE "crm"."click" TO "mono_accounting";

-- column_grant:crm.click:mono_audit_44115bb2
REVOKE ALL ON TABLE "crm"."click" FROM "mono_audit_44115bb2";
GRANT SELECT ("email", "visit_no") ON TABLE "crm"."click" TO "mono_audit_44115bb2";

-- column_grant:crm.click:mono_audit_ce59b12b
REVOKE ALL ON TABLE "crm"."click" FROM "mono_audit_ce59b12b";
GRANT SELECT ("email", "visit_no") ON TABLE "crm"."click" TO "mono_audit_ce59b12b";

-- column_grant:crm.click:mono_contract
REVOKE ALL ON TABLE "crm"."click" FROM "mono_contract";
GRANT SELECT ("email", "visit_no"), INSERT ("email", "visit_no"), DELETE ON TABLE "crm"."click" TO "mono_contract";

-- sequence_usage:crm.click:mono_contract
-- Sequences that the defaults of columns read, whoever owns them, and those that a column owns, of identity columns too:
-- nextval needs USAGE, and so does currval after an INSERT into an identity column. Several tables may share one.
DO $sminion$
DECLARE
  read pg_catalog.regclass;
BEGIN
  FOR read IN
    SELECT DISTINCT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = s.oid
    JOIN pg_catalog.pg_attrdef f ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = f.oid
    WHERE s.relkind = 'S' AND f.adrelid = '"crm"."click"'::pg_catalog.regclass
    UNION
    SELECT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
    WHERE s.relkind = 'S' AND d.refobjid = '"crm"."click"'::pg_catalog.regclass
  LOOP
    EXECUTE pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO "mono_contract"', read);
  END LOOP;
END
$sminion$;

-- column_grant:crm.click:mono_marketing
REVOKE ALL ON TABLE "crm"."click" FROM "mono_marketing";
GRANT SELECT ("email", "visit_no") ON TABLE "crm"."click" TO "mono_marketing";

-- column_grant:crm.contact:mono_accounting
REVOKE ALL ON TABLE "crm"."contact" FROM "mono_accounting";
GRANT SELECT ("id") ON TABLE "crm"."contact" TO "mono_accounting";

-- column_grant:crm.contact:mono_audit_44115bb2
REVOKE ALL ON TABLE "crm"."contact" FROM "mono_audit_44115bb2";
GRANT SELECT ("email", "id") ON TABLE "crm"."contact" TO "mono_audit_44115bb2";

-- column_grant:crm.contact:mono_audit_ce59b12b
REVOKE ALL ON TABLE "crm"."contact" FROM "mono_audit_ce59b12b";
GRANT SELECT ("email", "id") ON TABLE "crm"."contact" TO "mono_audit_ce59b12b";

-- column_grant:crm.contact:mono_contract
REVOKE ALL ON TABLE "crm"."contact" FROM "mono_contract";
GRANT SELECT ("email", "id"), INSERT ("email", "id"), DELETE ON TABLE "crm"."contact" TO "mono_contract";

-- sequence_usage:crm.contact:mono_contract
-- Sequences that the defaults of columns read, whoever owns them, and those that a column owns, of identity columns too:
-- nextval needs USAGE, and so does currval after an INSERT into an identity column. Several tables may share one.
DO $sminion$
DECLARE
  read pg_catalog.regclass;
BEGIN
  FOR read IN
    SELECT DISTINCT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = s.oid
    JOIN pg_catalog.pg_attrdef f ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = f.oid
    WHERE s.relkind = 'S' AND f.adrelid = '"crm"."contact"'::pg_catalog.regclass
    UNION
    SELECT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
    WHERE s.relkind = 'S' AND d.refobjid = '"crm"."contact"'::pg_catalog.regclass
  LOOP
    EXECUTE pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO "mono_contract"', read);
  END LOOP;
END
$sminion$;

-- column_grant:crm.contact:mono_marketing
REVOKE ALL ON TABLE "crm"."contact" FROM "mono_marketing";
GRANT SELECT ("email", "id") ON TABLE "crm"."contact" TO "mono_marketing";

-- column_grant:crm.gift:mono_accounting
REVOKE ALL ON TABLE "crm"."gift" FROM "mono_accounting";
GRANT SELECT ("giver", "taker") ON TABLE "crm"."gift" TO "mono_accounting";

-- column_grant:crm.gift:mono_audit_44115bb2
REVOKE ALL ON TABLE "crm"."gift" FROM "mono_audit_44115bb2";
GRANT SELECT ("email", "giver", "taker") ON TABLE "crm"."gift" TO "mono_audit_44115bb2";

-- column_grant:crm.gift:mono_audit_ce59b12b
REVOKE ALL ON TABLE "crm"."gift" FROM "mono_audit_ce59b12b";
GRANT SELECT ("email", "giver", "taker") ON TABLE "crm"."gift" TO "mono_audit_ce59b12b";

-- column_grant:crm.gift:mono_contract
REVOKE ALL ON TABLE "crm"."gift" FROM "mono_contract";
GRANT SELECT ("email", "giver", "taker"), INSERT ("email", "giver", "taker"), DELETE ON TABLE "crm"."gift" TO "mono_contract";

-- sequence_usage:crm.gift:mono_contract
-- Sequences that the defaults of columns read, whoever owns them, and those that a column owns, of identity columns too:
-- nextval needs USAGE, and so does currval after an INSERT into an identity column. Several tables may share one.
DO $sminion$
DECLARE
  read pg_catalog.regclass;
BEGIN
  FOR read IN
    SELECT DISTINCT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = s.oid
    JOIN pg_catalog.pg_attrdef f ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = f.oid
    WHERE s.relkind = 'S' AND f.adrelid = '"crm"."gift"'::pg_catalog.regclass
    UNION
    SELECT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
    WHERE s.relkind = 'S' AND d.refobjid = '"crm"."gift"'::pg_catalog.regclass
  LOOP
    EXECUTE pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO "mono_contract"', read);
  END LOOP;
END
$sminion$;

-- column_grant:crm.gift:mono_marketing
REVOKE ALL ON TABLE "crm"."gift" FROM "mono_marketing";
GRANT SELECT ("email", "giver", "taker") ON TABLE "crm"."gift" TO "mono_marketing";

-- column_grant:crm.letter:mono_accounting
REVOKE ALL ON TABLE "crm"."letter" FROM "mono_accounting";
GRANT SELECT ("person") ON TABLE "crm"."letter" TO "mono_accounting";

-- column_grant:crm.letter:mono_audit_44115bb2
REVOKE ALL ON TABLE "crm"."letter" FROM "mono_audit_44115bb2";
GRANT SELECT ("email", "person") ON TABLE "crm"."letter" TO "mono_audit_44115bb2";

-- column_grant:crm.letter:mono_audit_ce59b12b
REVOKE ALL ON TABLE "crm"."letter" FROM "mono_audit_ce59b12b";
GRANT SELECT ("email", "person") ON TABLE "crm"."letter" TO "mono_audit_ce59b12b";

-- column_grant:crm.letter:mono_contract
REVOKE ALL ON TABLE "crm"."letter" FROM "mono_contract";
GRANT SELECT ("email", "person"), INSERT ("email", "person"), DELETE ON TABLE "crm"."letter" TO "mono_contract";

-- sequence_usage:crm.letter:mono_contract
-- Sequences that the defaults of columns read, whoever owns them, and those that a column owns, of identity columns too:
-- nextval needs USAGE, and so does currval after an INSERT into an identity column. Several tables may share one.
DO $sminion$
DECLARE
  read pg_catalog.regclass;
BEGIN
  FOR read IN
    SELECT DISTINCT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = s.oid
    JOIN pg_catalog.pg_attrdef f ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = f.oid
    WHERE s.relkind = 'S' AND f.adrelid = '"crm"."letter"'::pg_catalog.regclass
    UNION
    SELECT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
    WHERE s.relkind = 'S' AND d.refobjid = '"crm"."letter"'::pg_catalog.regclass
  LOOP
    EXECUTE pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO "mono_contract"', read);
  END LOOP;
END
$sminion$;

-- column_grant:crm.letter:mono_marketing
REVOKE ALL ON TABLE "crm"."letter" FROM "mono_marketing";
GRANT SELECT ("email", "person") ON TABLE "crm"."letter" TO "mono_marketing";

-- column_grant:crm.narrow:mono_audit_44115bb2
REVOKE ALL ON TABLE "crm"."narrow" FROM "mono_audit_44115bb2";
GRANT SELECT ("email", "id") ON TABLE "crm"."narrow" TO "mono_audit_44115bb2";

-- column_grant:crm.narrow:mono_marketing
REVOKE ALL ON TABLE "crm"."narrow" FROM "mono_marketing";
GRANT SELECT ("email", "id") ON TABLE "crm"."narrow" TO "mono_marketing";

-- column_grant:crm.visit:mono_accounting
REVOKE ALL ON TABLE "crm"."visit" FROM "mono_accounting";
GRANT SELECT ("no", "person") ON TABLE "crm"."visit" TO "mono_accounting";

-- column_grant:crm.visit:mono_audit_44115bb2
REVOKE ALL ON TABLE "crm"."visit" FROM "mono_audit_44115bb2";
GRANT SELECT ("email", "no", "person") ON TABLE "crm"."visit" TO "mono_audit_44115bb2";

-- column_grant:crm.visit:mono_audit_ce59b12b
REVOKE ALL ON TABLE "crm"."visit" FROM "mono_audit_ce59b12b";
GRANT SELECT ("email", "no", "person") ON TABLE "crm"."visit" TO "mono_audit_ce59b12b";

-- column_grant:crm.visit:mono_contract
REVOKE ALL ON TABLE "crm"."visit" FROM "mono_contract";
GRANT SELECT ("email", "no", "person"), INSERT ("email", "no", "person"), DELETE ON TABLE "crm"."visit" TO "mono_contract";

-- sequence_usage:crm.visit:mono_contract
-- Sequences that the defaults of columns read, whoever owns them, and those that a column owns, of identity columns too:
-- nextval needs USAGE, and so does currval after an INSERT into an identity column. Several tables may share one.
DO $sminion$
DECLARE
  read pg_catalog.regclass;
BEGIN
  FOR read IN
    SELECT DISTINCT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = s.oid
    JOIN pg_catalog.pg_attrdef f ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = f.oid
    WHERE s.relkind = 'S' AND f.adrelid = '"crm"."visit"'::pg_catalog.regclass
    UNION
    SELECT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
    WHERE s.relkind = 'S' AND d.refobjid = '"crm"."visit"'::pg_catalog.regclass
  LOOP
    EXECUTE pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO "mono_contract"', read);
  END LOOP;
END
$sminion$;

-- column_grant:crm.visit:mono_marketing
REVOKE ALL ON TABLE "crm"."visit" FROM "mono_marketing";
GRANT SELECT ("email", "no", "person") ON TABLE "crm"."visit" TO "mono_marketing";

-- column_grant:public.customer:mono_accounting
REVOKE ALL ON TABLE "public"."customer" FROM "mono_accounting";
GRANT SELECT ("id") ON TABLE "public"."customer" TO "mono_accounting";

-- column_grant:public.customer:mono_audit_ce59b12b
REVOKE ALL ON TABLE "public"."customer" FROM "mono_audit_ce59b12b";
GRANT SELECT ("email", "id") ON TABLE "public"."customer" TO "mono_audit_ce59b12b";

-- column_grant:public.customer:mono_contract
REVOKE ALL ON TABLE "public"."customer" FROM "mono_contract";
GRANT SELECT ("email", "id"), INSERT ("email", "id"), DELETE ON TABLE "public"."customer" TO "mono_contract";

-- sequence_usage:public.customer:mono_contract
-- Sequences that the defaults of columns read, whoever owns them, and those that a column owns, of identity columns too:
-- nextval needs USAGE, and so does currval after an INSERT into an identity column. Several tables may share one.
DO $sminion$
DECLARE
  read pg_catalog.regclass;
BEGIN
  FOR read IN
    SELECT DISTINCT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = s.oid
    JOIN pg_catalog.pg_attrdef f ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = f.oid
    WHERE s.relkind = 'S' AND f.adrelid = '"public"."customer"'::pg_catalog.regclass
    UNION
    SELECT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
    WHERE s.relkind = 'S' AND d.refobjid = '"public"."customer"'::pg_catalog.regclass
  LOOP
    EXECUTE pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO "mono_contract"', read);
  END LOOP;
END
$sminion$;

-- column_grant:public.invoice:mono_accounting
REVOKE ALL ON TABLE "public"."invoice" FROM "mono_accounting";
GRANT SELECT ("customer_id", "iban", "id") ON TABLE "public"."invoice" TO "mono_accounting";

-- column_grant:public.invoice:mono_audit_ce59b12b
REVOKE ALL ON TABLE "public"."invoice" FROM "mono_audit_ce59b12b";
GRANT SELECT ("customer_id", "id") ON TABLE "public"."invoice" TO "mono_audit_ce59b12b";

-- column_grant:public.invoice:mono_contract
REVOKE ALL ON TABLE "public"."invoice" FROM "mono_contract";
GRANT SELECT ("customer_id", "iban", "id"), INSERT ("customer_id", "iban", "id"), DELETE ON TABLE "public"."invoice" TO "mono_contract";

-- sequence_usage:public.invoice:mono_contract
-- Sequences that the defaults of columns read, whoever owns them, and those that a column owns, of identity columns too:
-- nextval needs USAGE, and so does currval after an INSERT into an identity column. Several tables may share one.
DO $sminion$
DECLARE
  read pg_catalog.regclass;
BEGIN
  FOR read IN
    SELECT DISTINCT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = s.oid
    JOIN pg_catalog.pg_attrdef f ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = f.oid
    WHERE s.relkind = 'S' AND f.adrelid = '"public"."invoice"'::pg_catalog.regclass
    UNION
    SELECT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
    WHERE s.relkind = 'S' AND d.refobjid = '"public"."invoice"'::pg_catalog.regclass
  LOOP
    EXECUTE pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO "mono_contract"', read);
  END LOOP;
END
$sminion$;

-- column_grant:public.subscriber:mono_audit_44115bb2
REVOKE ALL ON TABLE "public"."subscriber" FROM "mono_audit_44115bb2";
GRANT SELECT ("customer_id", "email") ON TABLE "public"."subscriber" TO "mono_audit_44115bb2";

-- column_grant:public.subscriber:mono_marketing
REVOKE ALL ON TABLE "public"."subscriber" FROM "mono_marketing";
GRANT SELECT ("customer_id", "email") ON TABLE "public"."subscriber" TO "mono_marketing";

-- holdings:mono_accounting
-- What the role holds beside the policy is taken away. A privilege that another than the owner gave outlives the owner's
-- REVOKE, so what is left is taken away as whoever gave it, where the installing role may. What is left then is named at
-- the end of `apply`, which refuses.
DO $sminion$
DECLARE
  more   record;
  second boolean;
BEGIN
  FOREACH second IN ARRAY ARRAY[false, true] LOOP
    FOR more IN SELECT e.item, e.undo, e.grantor FROM sminion.role_excess('mono_accounting', E'{"members":["mono_app"],"neutral":{"public":{"listed":["customer","invoice","subscriber","unsaid"],"patterns":["100\\\\%%","country","ref\\\\\\\\\\\\_%"]}},"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)"],"schemas":["crm","public"],"tables":{"crm":{"click":{"SELECT":["visit_no"]},"contact":{"SELECT":["id"]},"gift":{"SELECT":["giver","taker"]},"letter":{"SELECT":["person"]},"visit":{"SELECT":["no","person"]}},"public":{"customer":{"SELECT":["id"]},"invoice":{"SELECT":["customer_id","iban","id"]}}}}'::pg_catalog.jsonb) e LOOP
      CONTINUE WHEN more.undo IS NULL OR (second AND more.grantor IS NULL);
      BEGIN
        IF second THEN
          PERFORM pg_catalog.set_config('role', more.grantor, true);
        END IF;
        EXECUTE more.undo;
        RAISE NOTICE 'taken away: compartment % also held %', 'mono_accounting', more.item;
      EXCEPTION WHEN insufficient_privilege OR undefined_object OR invalid_grant_operation OR dependent_objects_still_exist THEN
        NULL;
      END;
      PERFORM pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
    END LOOP;
  END LOOP;
END
$sminion$;

-- holdings:mono_audit_44115bb2
-- What the role holds beside the policy is taken away. A privilege that another than the owner gave outlives the owner's
-- REVOKE, so what is left is taken away as whoever gave it, where the installing role may. What is left then is named at
-- the end of `apply`, which refuses.
DO $sminion$
DECLARE
  more   record;
  second boolean;
BEGIN
  FOREACH second IN ARRAY ARRAY[false, true] LOOP
    FOR more IN SELECT e.item, e.undo, e.grantor FROM sminion.role_excess('mono_audit_44115bb2', E'{"members":[],"neutral":{"public":{"listed":["customer","invoice","subscriber","unsaid"],"patterns":["100\\\\%%","country","ref\\\\\\\\\\\\_%"]}},"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)"],"schemas":["crm","public"],"tables":{"crm":{"click":{"SELECT":["email","visit_no"]},"contact":{"SELECT":["email","id"]},"gift":{"SELECT":["email","giver","taker"]},"letter":{"SELECT":["email","person"]},"narrow":{"SELECT":["email","id"]},"visit":{"SELECT":["email","no","person"]}},"public":{"subscriber":{"SELECT":["customer_id","email"]}}}}'::pg_catalog.jsonb) e LOOP
      CONTINUE WHEN more.undo IS NULL OR (second AND more.grantor IS NULL);
      BEGIN
        IF second THEN
          PERFORM pg_catalog.set_config('role', more.grantor, true);
        END IF;
        EXECUTE more.undo;
        RAISE NOTICE 'taken away: compartment % also held %', 'mono_audit_44115bb2', more.item;
      EXCEPTION WHEN insufficient_privilege OR undefined_object OR invalid_grant_operation OR dependent_objects_still_exist THEN
        NULL;
      END;
      PERFORM pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
    END LOOP;
  END LOOP;
END
$sminion$;

-- holdings:mono_audit_ce59b12b
-- What the role holds beside the policy is taken away. A privilege that another than the owner gave outlives the owner's
-- REVOKE, so what is left is taken away as whoever gave it, where the installing role may. What is left then is named at
-- the end of `apply`, which refuses.
DO $sminion$
DECLARE
  more   record;
  second boolean;
BEGIN
  FOREACH second IN ARRAY ARRAY[false, true] LOOP
    FOR more IN SELECT e.item, e.undo, e.grantor FROM sminion.role_excess('mono_audit_ce59b12b', E'{"members":[],"neutral":{"public":{"listed":["customer","invoice","subscriber","unsaid"],"patterns":["100\\\\%%","country","ref\\\\\\\\\\\\_%"]}},"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)"],"schemas":["crm","public"],"tables":{"crm":{"click":{"SELECT":["email","visit_no"]},"contact":{"SELECT":["email","id"]},"gift":{"SELECT":["email","giver","taker"]},"letter":{"SELECT":["email","person"]},"visit":{"SELECT":["email","no","person"]}},"public":{"customer":{"SELECT":["email","id"]},"invoice":{"SELECT":["customer_id","id"]}}}}'::pg_catalog.jsonb) e LOOP
      CONTINUE WHEN more.undo IS NULL OR (second AND more.grantor IS NULL);
      BEGIN
        IF second THEN
          PERFORM pg_catalog.set_config('role', more.grantor, true);
        END IF;
        EXECUTE more.undo;
        RAISE NOTICE 'taken away: compartment % also held %', 'mono_audit_ce59b12b', more.item;
      EXCEPTION WHEN insufficient_privilege OR undefined_object OR invalid_grant_operation OR dependent_objects_still_exist THEN
        NULL;
      END;
      PERFORM pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
    END LOOP;
  END LOOP;
END
$sminion$;

-- holdings:mono_contract
-- What the role holds beside the policy is taken away. A privilege that another than the owner gave outlives the owner's
-- REVOKE, so what is left is taken away as whoever gave it, where the installing role may. What is left then is named at
-- the end of `apply`, which refuses.
DO $sminion$
DECLARE
  more   record;
  second boolean;
BEGIN
  FOREACH second IN ARRAY ARRAY[false, true] LOOP
    FOR more IN SELECT e.item, e.undo, e.grantor FROM sminion.role_excess('mono_contract', E'{"members":["mono_app"],"neutral":{"public":{"listed":["customer","invoice","subscriber","unsaid"],"patterns":["100\\\\%%","country","ref\\\\\\\\\\\\_%"]}},"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)"],"schemas":["crm","public"],"tables":{"crm":{"click":{"DELETE":[],"INSERT":["email","visit_no"],"SELECT":["email","visit_no"]},"contact":{"DELETE":[],"INSERT":["email","id"],"SELECT":["email","id"]},"gift":{"DELETE":[],"INSERT":["email","giver","taker"],"SELECT":["email","giver","taker"]},"letter":{"DELETE":[],"INSERT":["email","person"],"SELECT":["email","person"]},"visit":{"DELETE":[],"INSERT":["email","no","person"],"SELECT":["email","no","person"]}},"public":{"customer":{"DELETE":[],"INSERT":["email","id"],"SELECT":["email","id"]},"invoice":{"DELETE":[],"INSERT":["customer_id","iban","id"],"SELECT":["customer_id","iban","id"]}}}}'::pg_catalog.jsonb) e LOOP
      CONTINUE WHEN more.undo IS NULL OR (second AND more.grantor IS NULL);
      BEGIN
        IF second THEN
          PERFORM pg_catalog.set_config('role', more.grantor, true);
        END IF;
        EXECUTE more.undo;
        RAISE NOTICE 'taken away: compartment % also held %', 'mono_contract', more.item;
      EXCEPTION WHEN insufficient_privilege OR undefined_object OR invalid_grant_operation OR dependent_objects_still_exist THEN
        NULL;
      END;
      PERFORM pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
    END LOOP;
  END LOOP;
END
$sminion$;

-- holdings:mono_marketing
-- What the role holds beside the policy is taken away. A privilege that another than the owner gave outlives the owner's
-- REVOKE, so what is left is taken away as whoever gave it, where the installing role may. What is left then is named at
-- the end of `apply`, which refuses.
DO $sminion$
DECLARE
  more   record;
  second boolean;
BEGIN
  FOREACH second IN ARRAY ARRAY[false, true] LOOP
    FOR more IN SELECT e.item, e.undo, e.grantor FROM sminion.role_excess('mono_marketing', E'{"members":["mono_news"],"neutral":{"public":{"listed":["customer","invoice","subscriber","unsaid"],"patterns":["100\\\\%%","country","ref\\\\\\\\\\\\_%"]}},"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)"],"schemas":["crm","public"],"tables":{"crm":{"click":{"SELECT":["email","visit_no"]},"contact":{"SELECT":["email","id"]},"gift":{"SELECT":["email","giver","taker"]},"letter":{"SELECT":["email","person"]},"narrow":{"SELECT":["email","id"]},"visit":{"SELECT":["email","no","person"]}},"public":{"subscriber":{"SELECT":["customer_id","email"]}}}}'::pg_catalog.jsonb) e LOOP
      CONTINUE WHEN more.undo IS NULL OR (second AND more.grantor IS NULL);
      BEGIN
        IF second THEN
          PERFORM pg_catalog.set_config('role', more.grantor, true);
        END IF;
        EXECUTE more.undo;
        RAISE NOTICE 'taken away: compartment % also held %', 'mono_marketing', more.item;
      EXCEPTION WHEN insufficient_privilege OR undefined_object OR invalid_grant_operation OR dependent_objects_still_exist THEN
        NULL;
      END;
      PERFORM pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
    END LOOP;
  END LOOP;
END
$sminion$;

-- guard_closed:mono
-- As in holdings: first as the owner, then as whoever gave it.
DO $sminion$
DECLARE
  more   record;
  second boolean;
BEGIN
  FOREACH second IN ARRAY ARRAY[false, true] LOOP
    FOR more IN SELECT e.item, e.undo, e.grantor FROM sminion.guard_excess('{"mono_accounting":{"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)"],"views":[]},"mono_app":{"journal":true,"routines":["open_ticket(text, text, text, text[], text, text, text, jsonb, text, text, bigint)","enter(text)","session_facts()","policy_in_force()","context(name, name)","open_log()","knows_log(bigint, text)","log_shape(jsonb)","maintain(boolean)","maintain_step(text)","count_journal(integer, boolean)"],"views":[]},"mono_audit_44115bb2":{"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)"],"views":[]},"mono_audit_ce59b12b":{"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)"],"views":[]},"mono_auditor":{"routines":["policy_in_force()","object_states()","state_holders(text)","blind_tables()","unfolded_entries()","unfolded_writes()","fold_holders()","leaves(bigint, bigint)","stray_rows()","silent_tickets(date)","consent_differences()","record_checkpoint(bigint, bytea, text)","report_restore(text)","ledger_size(bigint)","ledger_events(bigint, bigint)","record_reading(text, text, text, timestamptz, timestamptz, text, text)","explanations()","explained_accesses(bigint)","accesses_of(text, timestamptz, timestamptz, timestamptz, bigint)","retention_status(boolean)","other_keys(text)"],"views":["access_log","ticket_minutes","journal_minutes","statement_log","refusals","subject_access","write_log","log_faults","dropped_log","ddl_suspension","act","subject_history","consent_register","request_status","request_history","clarifications","calendar","report","obligation_status","disclosures","transfers","disclosure_register","destruction_status","destruction_event","destruction","certificate","hold","merged_subjects","subject_status","settle_status","pending_changes","settle_problems","maintenance_status","retention_progress","policy_version","installed_object","tile","tree_state","checkpoint"]},"mono_contract":{"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)"],"views":[]},"mono_maintenance":{"routines":["settle(integer, integer)","remask(integer)","backfill(integer)","await_older(interval)","extend_log(integer)","state_holders(text)","blind_tables()","maintain(boolean)","maintain_step(text)","fold_holders()","purge_batch(text, integer, boolean)","retention_status(boolean)","expired_partitions()","drop_expired_partition(text)","check_partition(oid)","record_drop(oid)"],"views":["settle_status","pending_changes","settle_problems","maintenance_status","retention_progress"]},"mono_marketing":{"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)"],"views":[]},"mono_news":{"journal":true,"routines":["open_ticket(text, text, text, text[], text, text, text, jsonb, text, text, bigint)","enter(text)","session_facts()","policy_in_force()","context(name, name)","open_log()","knows_log(bigint, text)","log_shape(jsonb)","maintain(boolean)","maintain_step(text)","count_journal(integer, boolean)"],"views":[]},"mono_privacy_officer":{"routines":["policy_in_force()","merge_subjects(text, text, text, text, text, text, bigint)","merge_subjects(anynonarray, anynonarray, text, text, text, text, bigint)","unmerge_subjects(text, text, text, text, text, text, bigint)","unmerge_subjects(anynonarray, anynonarray, text, text, text, text, bigint)","block(text, text, text, text, text[], timestamptz)","block(anynonarray, text, text, text, text[], timestamptz)","unblock(text, text, text, text, text[])","unblock(anynonarray, text, text, text, text[])","give_consent(text, text, text, text, text, timestamptz, bytea, text, timestamptz)","give_consent(anynonarray, text, text, text, text, timestamptz, bytea, text, timestamptz)","refuse_consent(text, text, text, text, text, timestamptz, bytea, text)","refuse_consent(anynonarray, text, text, text, text, timestamptz, bytea, text)","withdraw_consent(text, text, text, text, text)","withdraw_consent(anynonarray, text, text, text, text)","object(text, text, text, text, text)","object(anynonarray, text, text, text, text)","withdraw_objection(text, text, text, text, text)","withdraw_objection(anynonarray, text, text, text, text)","give_consents(text[], text, text, text, text)","import_consents(text[], text[], text[], timestamptz[], bytea[], text[], timestamptz[], text[], text, text)","consent_differences()","withdraw_consents(text[], text, text, text, text)","object_all(text[], text, text, text, text)","block_all(text[], text, text, text)","revoke_ticket(bigint, text)","await_older(interval)","block_and_wait(text, text, text, interval, text, text[], timestamptz)","block_and_wait(anynonarray, text, text, interval, text, text[], timestamptz)","state_holders(text)","blind_tables()","suspend_ddl_guard(text, timestamptz)","resume_ddl_guard(text)","open_request(text, text, text, text, text, timestamptz, text, text, text, text, text, text[])","open_request(anynonarray, text, text, text, text, timestamptz, text, text, text, text, text, text[])","identify_request(bigint, text, text)","assign_request(bigint, text, text, text)","note_request(bigint, text, text)","extend_request(bigint, text, text)","close_request(bigint, text, text, bigint, text, boolean)","plan_destruction(bigint, boolean)","begin_destruction(bigint, text, boolean, text)","destroy_batch(bigint, integer)","purge_batch(text, integer, boolean)","retention_status(boolean)","expired_partitions()","forget_pseudonym_key(text)","rotate_pseudonyms(text, text)","hold_data(text, text, text, text, text, timestamptz, text, text)","release_hold(bigint, text, text)","record_verification(bigint, jsonb, text)","keep_certificate(bigint, text, text)","record_disclosure(text, text, text[], text[], text, timestamptz, text, text)","settle_obligation(bigint, text, text, text)","load_calendar(text, text, date, date, date, date[], date[])","begin_report(text, text, bigint, text)","report_tables(bigint)","report_rows(bigint, text, text)","report_restore(text)","accept_restore(text, boolean)","ledger_size(bigint)","ledger_events(bigint, bigint)","ledger_people(bytea, bytea[])","end_replay(text, bigint, bigint, text)","replay_decision(text, bigint, text, timestamptz, text, text, jsonb)","drop_log(date, text)","erase_from_log(text, text, text)","record_reading(text, text, text, timestamptz, timestamptz, text, text)","unfolded_entries()","unfolded_writes()","fold_holders()","explanations()","explained_accesses(bigint)","accesses_of(text, timestamptz, timestamptz, timestamptz, bigint)","other_keys(text)"],"views":["access_log","ticket_minutes","journal_minutes","statement_log","refusals","subject_access","write_log","log_faults","dropped_log","ddl_suspension","act","subject_history","consent_register","request_status","request_history","clarifications","calendar","report","obligation_status","disclosures","transfers","disclosure_register","destruction_status","destruction_event","destruction","certificate","hold","merged_subjects","subject_status","settle_status","pending_changes","settle_problems","maintenance_status","retention_progress","policy_version"]}}'::pg_catalog.jsonb, '[["crm","contact"],["crm","gift"],["crm","letter"],["crm","narrow"],["crm","shut"],["crm","visit"],["public","customer"],["public","subscriber"],["public","unsaid"],["crm","click"],["public","invoice"]]'::pg_catalog.jsonb) e LOOP
      CONTINUE WHEN second AND more.grantor IS NULL;
      BEGIN
        IF second THEN
          PERFORM pg_catalog.set_config('role', more.grantor, true);
        END IF;
        EXECUTE more.undo;
        RAISE NOTICE 'taken away: %', more.item;
      EXCEPTION WHEN insufficient_privilege OR undefined_object OR invalid_grant_operation OR dependent_objects_still_exist THEN
        NULL;
      END;
      PERFORM pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
    END LOOP;
  END LOOP;
END
$sminion$;
