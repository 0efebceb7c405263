-- role:firm_auditor
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'firm_auditor') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'firm_auditor' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy firm'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'firm_auditor'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "firm_auditor" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "firm_auditor" IS 'sminion_guard: role of policy firm';
  END IF;
END
$sminion$;

-- role:firm_maintenance
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'firm_maintenance') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'firm_maintenance' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy firm'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'firm_maintenance'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "firm_maintenance" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "firm_maintenance" IS 'sminion_guard: role of policy firm';
  END IF;
END
$sminion$;

-- role:firm_news
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'firm_news') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'firm_news' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy firm'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'firm_news'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "firm_news" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "firm_news" IS 'sminion_guard: role of policy firm';
  END IF;
END
$sminion$;

-- role:firm_privacy_officer
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'firm_privacy_officer') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'firm_privacy_officer' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy firm'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'firm_privacy_officer'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "firm_privacy_officer" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "firm_privacy_officer" IS 'sminion_guard: role of policy firm';
  END IF;
END
$sminion$;

-- role:firm_repair
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'firm_repair') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'firm_repair' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy firm'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'firm_repair'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "firm_repair" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "firm_repair" IS 'sminion_guard: role of policy firm';
  END IF;
END
$sminion$;

-- role:firm_work
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'firm_work') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'firm_work' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy firm'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'firm_work'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "firm_work" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "firm_work" IS 'sminion_guard: role of policy firm';
  END IF;
END
$sminion$;

-- membership:firm_app:firm_news
-- A login that may own what is protected keeps its attributes and what it may grant: it is above the policy as it is, and
-- what it inherits opens no row, since row security asks for the role that acts.
DO $sminion$
BEGIN
  IF pg_catalog.current_setting('server_version_num')::integer >= 160000 THEN
    -- Inheritance belongs to the membership: granted once more, an earlier grant of ours is mended too.
    EXECUTE 'GRANT "firm_news" TO "firm_app" WITH ADMIN FALSE, INHERIT FALSE, SET TRUE';
  ELSE
    -- Inheritance belongs to the login, so it must be gone before the grant.
    IF NOT false AND (SELECT r.rolinherit FROM pg_catalog.pg_roles r WHERE r.rolname = 'firm_app') THEN
      RAISE WARNING 'login % inherited the privileges of its roles: changed to NOINHERIT', 'firm_app'
        USING ERRCODE = 'SG455';
      ALTER ROLE "firm_app" NOINHERIT;
    END IF;
    GRANT "firm_news" TO "firm_app";
    IF NOT false AND pg_catalog.pg_has_role('firm_app', 'firm_news', 'MEMBER WITH ADMIN OPTION') THEN
      RAISE WARNING 'login % could grant role %: admin option revoked', 'firm_app', 'firm_news'
        USING ERRCODE = 'SG455';
      REVOKE ADMIN OPTION FOR "firm_news" FROM "firm_app";
    END IF;
  END IF;
  IF NOT false AND (pg_catalog.pg_has_role('firm_app', 'firm_news', 'USAGE')
                          OR pg_catalog.pg_has_role('firm_app', 'firm_news', 'MEMBER WITH ADMIN OPTION'))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG404',
      MESSAGE = pg_catalog.format('login `%s` inherits or may grant `%s`', 'firm_app', 'firm_news'),
      DETAIL = 'It has the membership in another way too: from another grantor, or through another role.',
      HINT = 'Revoke the other membership (see pg_auth_members), then apply again.';
  END IF;
END
$sminion$;

-- membership:firm_app:firm_work
-- A login that may own what is protected keeps its attributes and what it may grant: it is above the policy as it is, and
-- what it inherits opens no row, since row security asks for the role that acts.
DO $sminion$
BEGIN
  IF pg_catalog.current_setting('server_version_num')::integer >= 160000 THEN
    -- Inheritance belongs to the membership: granted once more, an earlier grant of ours is mended too.
    EXECUTE 'GRANT "firm_work" TO "firm_app" WITH ADMIN FALSE, INHERIT FALSE, SET TRUE';
  ELSE
    -- Inheritance belongs to the login, so it must be gone before the grant.
    IF NOT false AND (SELECT r.rolinherit FROM pg_catalog.pg_roles r WHERE r.rolname = 'firm_app') THEN
      RAISE WARNING 'login % inherited the privileges of its roles: changed to NOINHERIT', 'firm_app'
        USING ERRCODE = 'SG455';
      ALTER ROLE "firm_app" NOINHERIT;
    END IF;
    GRANT "firm_work" TO "firm_app";
    IF NOT false AND pg_catalog.pg_has_role('firm_app', 'firm_work', 'MEMBER WITH ADMIN OPTION') THEN
      RAISE WARNING 'login % could grant role %: admin option revoked', 'firm_app', 'firm_work'
        USING ERRCODE = 'SG455';
      REVOKE ADMIN OPTION FOR "firm_work" FROM "firm_app";
    END IF;
  END IF;
  IF NOT false AND (pg_catalog.pg_has_role('firm_app', 'firm_work', 'USAGE')
                          OR pg_catalog.pg_has_role('firm_app', 'firm_work', 'MEMBER WITH ADMIN OPTION'))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG404',
      MESSAGE = pg_catalog.format('login `%s` inherits or may grant `%s`', 'firm_app', 'firm_work'),
      DETAIL = 'It has the membership in another way too: from another grantor, or through another role.',
      HINT = 'Revoke the other membership (see pg_auth_members), then apply again.';
  END IF;
END
$sminion$;

-- membership:firm_desk:firm_repair
-- A login that may own what is protected keeps its attributes and what it may grant: it is above the policy as it is, and
-- what it inherits opens no row, since row security asks for the role that acts.
DO $sminion$
BEGIN
  IF pg_catalog.current_setting('server_version_num')::integer >= 160000 THEN
    -- Inheritance belongs to the membership: granted once more, an earlier grant of ours is mended too.
    EXECUTE 'GRANT "firm_repair" TO "firm_desk" WITH ADMIN FALSE, INHERIT FALSE, SET TRUE';
  ELSE
    -- Inheritance belongs to the login, so it must be gone before the grant.
    IF NOT false AND (SELECT r.rolinherit FROM pg_catalog.pg_roles r WHERE r.rolname = 'firm_desk') THEN
      RAISE WARNING 'login % inherited the privileges of its roles: changed to NOINHERIT', 'firm_desk'
        USING ERRCODE = 'SG455';
      ALTER ROLE "firm_desk" NOINHERIT;
    END IF;
    GRANT "firm_repair" TO "firm_desk";
    IF NOT false AND pg_catalog.pg_has_role('firm_desk', 'firm_repair', 'MEMBER WITH ADMIN OPTION') THEN
      RAISE WARNING 'login % could grant role %: admin option revoked', 'firm_desk', 'firm_repair'
        USING ERRCODE = 'SG455';
      REVOKE ADMIN OPTION FOR "firm_repair" FROM "firm_desk";
    END IF;
  END IF;
  IF NOT false AND (pg_catalog.pg_has_role('firm_desk', 'firm_repair', 'USAGE')
                          OR pg_catalog.pg_has_role('firm_desk', 'firm_repair', 'MEMBER WITH ADMIN OPTION'))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG404',
      MESSAGE = pg_catalog.format('login `%s` inherits or may grant `%s`', 'firm_desk', 'firm_repair'),
      DETAIL = 'It has the membership in another way too: from another grantor, or through another role.',
      HINT = 'Revoke the other membership (see pg_auth_members), then apply again.';
  END IF;
END
$sminion$;

-- closed_database:firm
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
           OR a.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ('{"firm_app","firm_desk"}'::pg_catalog.name[])))
    UNION ALL
    SELECT pg_catalog.format('SCHEMA %I', n.nspname), a.privilege_type, a.grantee, n.nspowner
    FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) a
    WHERE a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner
      AND (a.grantee = 0
           OR a.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ('{"firm_app","firm_desk"}'::pg_catalog.name[])))
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
           OR a.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ('{"firm_app","firm_desk"}'::pg_catalog.name[])))
    UNION ALL
    SELECT pg_catalog.format('SCHEMA %I', n.nspname), a.privilege_type, a.grantee
    FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) a
    WHERE a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner
      AND (a.grantee = 0
           OR a.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ('{"firm_app","firm_desk"}'::pg_catalog.name[])))
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
       OR g.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ('{"firm_app","firm_desk"}'::pg_catalog.name[]))
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

-- closed_schema:hr
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
      WHERE n.nspname = 'hr'
      UNION ALL
      SELECT '', pg_catalog.format(CASE c.relkind WHEN 'S' THEN 'SEQUENCE %I.%I' ELSE 'TABLE %I.%I' END, n.nspname, c.relname),
             a.privilege_type, a.grantee, a.is_grantable
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, pg_catalog.aclexplode(c.relacl) a
      WHERE n.nspname = 'hr'
      UNION ALL
      SELECT '', pg_catalog.format('TABLE %I.%I', n.nspname, c.relname),
             pg_catalog.format('%s (%I)', a.privilege_type, t.attname), a.grantee, a.is_grantable
      FROM pg_catalog.pg_attribute t
      JOIN pg_catalog.pg_class c ON c.oid = t.attrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, pg_catalog.aclexplode(t.attacl) a
      WHERE n.nspname = 'hr' AND NOT t.attisdropped
      UNION ALL
      -- Only definer functions: they act with their owner's privileges. Others act with the caller's, and defaults and
      -- constraints need them.
      SELECT '', pg_catalog.format('%s %s', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.oid::pg_catalog.regprocedure),
             a.privilege_type, a.grantee, a.is_grantable
      FROM pg_catalog.pg_proc p
      JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace,
           pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
      WHERE n.nspname = 'hr' AND p.prosecdef AND p.prokind IN ('f', 'p', 'w')
      UNION ALL
      -- What the next table, sequence or function there would be open to.
      SELECT pg_catalog.format('ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA %I ', f.defaclrole::pg_catalog.regrole, n.nspname),
             CASE f.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' ELSE 'ROUTINES' END,
             a.privilege_type, a.grantee, a.is_grantable
      FROM pg_catalog.pg_default_acl f
      JOIN pg_catalog.pg_namespace n ON n.oid = f.defaclnamespace, pg_catalog.aclexplode(f.defaclacl) a
      WHERE n.nspname = 'hr' AND f.defaclobjtype IN ('r', 'S', 'f')
    ) AS g (defaults, object, privilege, grantee, is_grantable)
    WHERE g.grantee = 0
       OR g.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ('{"firm_app","firm_desk"}'::pg_catalog.name[]))
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

-- guard_grant:firm_news (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'firm_news'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "firm_news"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "firm_news";
GRANT USAGE ON SCHEMA sminion TO "firm_news";
GRANT EXECUTE ON ROUTINE sminion.context(name, name), sminion.named_subject(name, name), sminion.named_alone(name, name, text, text[]), sminion.ticket_value(name, name, text), sminion.enter(text), sminion.refuse_expired(text, text, text), sminion.within_retention(date, interval, text), sminion.within_retention(timestamp, interval, text), sminion.within_retention(timestamptz, interval, text), sminion.context_of_kind(name, name, text), sminion.named_subject_of_kind(name, name, text) TO "firm_news";

-- guard_grant:firm_repair (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'firm_repair'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "firm_repair"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "firm_repair";
GRANT USAGE ON SCHEMA sminion TO "firm_repair";
GRANT EXECUTE ON ROUTINE sminion.context(name, name), sminion.named_subject(name, name), sminion.named_alone(name, name, text, text[]), sminion.ticket_value(name, name, text), sminion.enter(text), sminion.refuse_expired(text, text, text), sminion.within_retention(date, interval, text), sminion.within_retention(timestamp, interval, text), sminion.within_retention(timestamptz, interval, text), sminion.context_of_kind(name, name, text), sminion.named_subject_of_kind(name, name, text) TO "firm_repair";

-- guard_grant:firm_work (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'firm_work'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "firm_work"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "firm_work";
GRANT USAGE ON SCHEMA sminion TO "firm_work";
GRANT EXECUTE ON ROUTINE sminion.context(name, name), sminion.named_subject(name, name), sminion.named_alone(name, name, text, text[]), sminion.ticket_value(name, name, text), sminion.enter(text), sminion.refuse_expired(text, text, text), sminion.within_retention(date, interval, text), sminion.within_retention(timestamp, interval, text), sminion.within_retention(timestamptz, interval, text), sminion.context_of_kind(name, name, text), sminion.named_subject_of_kind(name, name, text) TO "firm_work";

-- guard_grant:firm_auditor (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'firm_auditor'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "firm_auditor"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "firm_auditor";
GRANT USAGE ON SCHEMA sminion TO "firm_auditor";
GRANT EXECUTE ON ROUTINE sminion.policy_in_force(), sminion.object_states(), sminion.state_holders(text), sminion.blind_tables(), sminion.unfolded_entries(), sminion.unfolded_writes(), sminion.fold_holders(), sminion.leaves(bigint, bigint), sminion.stray_rows(), sminion.silent_tickets(date), sminion.consent_differences(), sminion.record_checkpoint(bigint, bytea, text), sminion.report_restore(text), sminion.ledger_size(bigint), sminion.ledger_events(bigint, bigint), sminion.record_reading(text, text, text, timestamptz, timestamptz, text, text), sminion.explanations(), sminion.explained_accesses(bigint), sminion.accesses_of(text, timestamptz, timestamptz, timestamptz, bigint), sminion.retention_status(boolean), sminion.other_keys(text) TO "firm_auditor";
GRANT SELECT ON sminion.access_log, sminion.ticket_minutes, sminion.journal_minutes, sminion.statement_log, sminion.refusals, sminion.subject_access, sminion.write_log, sminion.log_faults, sminion.dropped_log, sminion.ddl_suspension, sminion.act, sminion.subject_history, sminion.consent_register, sminion.request_status, sminion.request_history, sminion.clarifications, sminion.calendar, sminion.report, sminion.obligation_status, sminion.disclosures, sminion.transfers, sminion.disclosure_register, sminion.destruction_status, sminion.destruction_event, sminion.destruction, sminion.certificate, sminion.hold, sminion.merged_subjects, sminion.subject_status, sminion.settle_status, sminion.pending_changes, sminion.settle_problems, sminion.maintenance_status, sminion.retention_progress, sminion.policy_version, sminion.installed_object, sminion.tile, sminion.tree_state, sminion.checkpoint TO "firm_auditor";

-- guard_grant:firm_maintenance (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'firm_maintenance'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "firm_maintenance"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "firm_maintenance";
GRANT USAGE ON SCHEMA sminion TO "firm_maintenance";
GRANT EXECUTE ON ROUTINE sminion.settle(integer, integer), sminion.remask(integer), sminion.backfill(integer), sminion.await_older(interval), sminion.extend_log(integer), sminion.state_holders(text), sminion.blind_tables(), sminion.maintain(boolean), sminion.maintain_step(text), sminion.fold_holders(), sminion.purge_batch(text, integer, boolean), sminion.retention_status(boolean), sminion.expired_partitions(), sminion.drop_expired_partition(text), sminion.check_partition(oid), sminion.record_drop(oid) TO "firm_maintenance";
GRANT SELECT ON sminion.settle_status, sminion.pending_changes, sminion.settle_problems, sminion.maintenance_status, sminion.retention_progress TO "firm_maintenance";

-- guard_grant:firm_privacy_officer (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'firm_privacy_officer'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "firm_privacy_officer"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "firm_privacy_officer";
GRANT USAGE ON SCHEMA sminion TO "firm_privacy_officer";
GRANT EXECUTE ON ROUTINE sminion.policy_in_force(), sminion.merge_subjects(text, text, text, text, text, text, bigint), sminion.merge_subjects(anynonarray, anynonarray, text, text, text, text, bigint), sminion.unmerge_subjects(text, text, text, text, text, text, bigint), sminion.unmerge_subjects(anynonarray, anynonarray, text, text, text, text, bigint), sminion.block(text, text, text, text, text[], timestamptz), sminion.block(anynonarray, text, text, text, text[], timestamptz), sminion.unblock(text, text, text, text, text[]), sminion.unblock(anynonarray, text, text, text, text[]), sminion.give_consent(text, text, text, text, text, timestamptz, bytea, text, timestamptz), sminion.give_consent(anynonarray, text, text, text, text, timestamptz, bytea, text, timestamptz), sminion.refuse_consent(text, text, text, text, text, timestamptz, bytea, text), sminion.refuse_consent(anynonarray, text, text, text, text, timestamptz, bytea, text), sminion.withdraw_consent(text, text, text, text, text), sminion.withdraw_consent(anynonarray, text, text, text, text), sminion.object(text, text, text, text, text), sminion.object(anynonarray, text, text, text, text), sminion.withdraw_objection(text, text, text, text, text), sminion.withdraw_objection(anynonarray, text, text, text, text), sminion.give_consents(text[], text, text, text, text), sminion.import_consents(text[], text[], text[], timestamptz[], bytea[], text[], timestamptz[], text[], text, text), sminion.consent_differences(), sminion.withdraw_consents(text[], text, text, text, text), sminion.object_all(text[], text, text, text, text), sminion.block_all(text[], text, text, text), sminion.revoke_ticket(bigint, text), sminion.await_older(interval), sminion.block_and_wait(text, text, text, interval, text, text[], timestamptz), sminion.block_and_wait(anynonarray, text, text, interval, text, text[], timestamptz), sminion.state_holders(text), sminion.blind_tables(), sminion.suspend_ddl_guard(text, timestamptz), sminion.resume_ddl_guard(text), sminion.open_request(text, text, text, text, text, timestamptz, text, text, text, text, text, text[]), sminion.open_request(anynonarray, text, text, text, text, timestamptz, text, text, text, text, text, text[]), sminion.identify_request(bigint, text, text), sminion.assign_request(bigint, text, text, text), sminion.note_request(bigint, text, text), sminion.extend_request(bigint, text, text), sminion.close_request(bigint, text, text, bigint, text, boolean), sminion.plan_destruction(bigint, boolean), sminion.begin_destruction(bigint, text, boolean, text), sminion.destroy_batch(bigint, integer), sminion.purge_batch(text, integer, boolean), sminion.retention_status(boolean), sminion.expired_partitions(), sminion.forget_pseudonym_key(text), sminion.rotate_pseudonyms(text, text), sminion.hold_data(text, text, text, text, text, timestamptz, text, text), sminion.release_hold(bigint, text, text), sminion.record_verification(bigint, jsonb, text), sminion.keep_certificate(bigint, text, text), sminion.record_disclosure(text, text, text[], text[], text, timestamptz, text, text), sminion.settle_obligation(bigint, text, text, text), sminion.load_calendar(text, text, date, date, date, date[], date[]), sminion.begin_report(text, text, bigint, text), sminion.report_tables(bigint), sminion.report_rows(bigint, text, text), sminion.report_restore(text), sminion.accept_restore(text, boolean), sminion.ledger_size(bigint), sminion.ledger_events(bigint, bigint), sminion.ledger_people(bytea, bytea[]), sminion.end_replay(text, bigint, bigint, text), sminion.replay_decision(text, bigint, text, timestamptz, text, text, jsonb), sminion.drop_log(date, text), sminion.erase_from_log(text, text, text), sminion.record_reading(text, text, text, timestamptz, timestamptz, text, text), sminion.unfolded_entries(), sminion.unfolded_writes(), sminion.fold_holders(), sminion.explanations(), sminion.explained_accesses(bigint), sminion.accesses_of(text, timestamptz, timestamptz, timestamptz, bigint), sminion.other_keys(text) TO "firm_privacy_officer";
GRANT SELECT ON sminion.access_log, sminion.ticket_minutes, sminion.journal_minutes, sminion.statement_log, sminion.refusals, sminion.subject_access, sminion.write_log, sminion.log_faults, sminion.dropped_log, sminion.ddl_suspension, sminion.act, sminion.subject_history, sminion.consent_register, sminion.request_status, sminion.request_history, sminion.clarifications, sminion.calendar, sminion.report, sminion.obligation_status, sminion.disclosures, sminion.transfers, sminion.disclosure_register, sminion.destruction_status, sminion.destruction_event, sminion.destruction, sminion.certificate, sminion.hold, sminion.merged_subjects, sminion.subject_status, sminion.settle_status, sminion.pending_changes, sminion.settle_problems, sminion.maintenance_status, sminion.retention_progress, sminion.policy_version TO "firm_privacy_officer";

-- guard_grant:firm_app (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'firm_app'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "firm_app"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "firm_app";
GRANT USAGE ON SCHEMA sminion TO "firm_app";
GRANT EXECUTE ON ROUTINE sminion.open_ticket(text, text, text, text[], text, text, text, jsonb, text, text, bigint), sminion.enter(text), sminion.session_facts(), sminion.policy_in_force(), sminion.context(name, name), sminion.open_log(), sminion.knows_log(bigint, text), sminion.log_shape(jsonb), sminion.maintain(boolean), sminion.maintain_step(text), sminion.count_journal(integer, boolean) TO "firm_app";
GRANT INSERT (writer, first, proof, entries) ON sminion.journal TO "firm_app";

-- guard_grant:firm_desk (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'firm_desk'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "firm_desk"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "firm_desk";
GRANT USAGE ON SCHEMA sminion TO "firm_desk";
GRANT EXECUTE ON ROUTINE sminion.open_ticket(text, text, text, text[], text, text, text, jsonb, text, text, bigint), sminion.enter(text), sminion.session_facts(), sminion.policy_in_force(), sminion.context(name, name), sminion.open_log(), sminion.knows_log(bigint, text), sminion.log_shape(jsonb), sminion.maintain(boolean), sminion.maintain_step(text), sminion.count_journal(integer, boolean) TO "firm_desk";
GRANT INSERT (writer, first, proof, entries) ON sminion.journal TO "firm_desk";

-- guard_columns:crm.customer
-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody. The comment says what the
-- masks were computed from: where that changes, the columns are made anew, so that no mask of another subject is believed.
ALTER TABLE "crm"."customer" ADD COLUMN IF NOT EXISTS guard_mask bigint;
COMMENT ON COLUMN "crm"."customer".guard_mask IS 'what the subject of the row permits; subject: id customer bigint';

-- guard_columns:crm.gift
-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody. The comment says what the
-- masks were computed from: where that changes, the columns are made anew, so that no mask of another subject is believed.
ALTER TABLE "crm"."gift" ADD COLUMN IF NOT EXISTS guard_mask bigint;
COMMENT ON COLUMN "crm"."gift".guard_mask IS 'what the subject of the row permits; subject: giver customer bigint optional, taker customer bigint optional';

-- guard_columns:crm.message
-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody. The comment says what the
-- masks were computed from: where that changes, the columns are made anew, so that no mask of another subject is believed.
ALTER TABLE "crm"."message" ADD COLUMN IF NOT EXISTS guard_mask bigint;
COMMENT ON COLUMN "crm"."message".guard_mask IS 'what the subject of the row permits; subject: sender customer bigint, handled_by employee uuid optional, for partner text optional';

-- guard_columns:crm.visit
-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody. The comment says what the
-- masks were computed from: where that changes, the columns are made anew, so that no mask of another subject is believed.
ALTER TABLE "crm"."visit" ADD COLUMN IF NOT EXISTS guard_mask bigint;
COMMENT ON COLUMN "crm"."visit".guard_mask IS 'what the subject of the row permits; subject: customer_id customer bigint optional, employee_id employee uuid optional';

-- guard_columns:hr.employee
-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody. The comment says what the
-- masks were computed from: where that changes, the columns are made anew, so that no mask of another subject is believed.
ALTER TABLE "hr"."employee" ADD COLUMN IF NOT EXISTS guard_mask bigint;
COMMENT ON COLUMN "hr"."employee".guard_mask IS 'what the subject of the row permits; subject: id employee uuid';

-- guard_columns:hr.partner
-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody. The comment says what the
-- masks were computed from: where that changes, the columns are made anew, so that no mask of another subject is believed.
ALTER TABLE "hr"."partner" ADD COLUMN IF NOT EXISTS guard_mask bigint;
COMMENT ON COLUMN "hr"."partner".guard_mask IS 'what the subject of the row permits; subject: code partner text';

-- guard_columns:crm.orders
-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody. The comment says what the
-- masks were computed from: where that changes, the columns are made anew, so that no mask of another subject is believed.
ALTER TABLE "crm"."orders" ADD COLUMN IF NOT EXISTS guard_mask bigint, ADD COLUMN IF NOT EXISTS guard_subject bigint;
COMMENT ON COLUMN "crm"."orders".guard_mask IS 'what the subject of the row permits; subject: customer_id to crm.customer.id, whose subject is id customer bigint';

-- guard_index:crm.orders
-- By it settling finds the rows of a subject, and a purpose that sees one named subject finds them too.
CREATE INDEX IF NOT EXISTS "orders_guard_subject_idx" ON "crm"."orders" (guard_subject);

-- guard_columns:hr.badge
-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody. The comment says what the
-- masks were computed from: where that changes, the columns are made anew, so that no mask of another subject is believed.
ALTER TABLE "hr"."badge" ADD COLUMN IF NOT EXISTS guard_mask bigint, ADD COLUMN IF NOT EXISTS guard_subject uuid;
COMMENT ON COLUMN "hr"."badge".guard_mask IS 'what the subject of the row permits; subject: employee_id to hr.employee.id, whose subject is id employee uuid';

-- guard_index:hr.badge
-- By it settling finds the rows of a subject, and a purpose that sees one named subject finds them too.
CREATE INDEX IF NOT EXISTS "badge_guard_subject_idx" ON "hr"."badge" (guard_subject);

-- schema_usage:crm:sminion_owner
GRANT USAGE ON SCHEMA "crm" TO "sminion_owner";

-- schema_usage:hr:sminion_owner
GRANT USAGE ON SCHEMA "hr" TO "sminion_owner";

-- column_grant:crm.customer:sminion_owner
REVOKE ALL ON TABLE "crm"."customer" FROM "sminion_owner";
GRANT SELECT ("ctid", "guard_mask", "id", "name", "tableoid", "xmin"), UPDATE ("guard_mask"), DELETE ON TABLE "crm"."customer" TO "sminion_owner";

-- column_grant:crm.gift:sminion_owner
REVOKE ALL ON TABLE "crm"."gift" FROM "sminion_owner";
GRANT SELECT ("ctid", "giver", "guard_mask", "tableoid", "taker", "what"), UPDATE ("giver", "guard_mask", "taker"), DELETE ON TABLE "crm"."gift" TO "sminion_owner";

-- column_grant:crm.message:sminion_owner
REVOKE ALL ON TABLE "crm"."message" FROM "sminion_owner";
GRANT SELECT ("body", "ctid", "for", "guard_mask", "handled_by", "id", "sender", "tableoid"), UPDATE ("for", "guard_mask", "handled_by", "sender"), DELETE ON TABLE "crm"."message" TO "sminion_owner";

-- column_grant:crm.visit:sminion_owner
REVOKE ALL ON TABLE "crm"."visit" FROM "sminion_owner";
GRANT SELECT ("at", "ctid", "customer_id", "employee_id", "guard_mask", "tableoid"), UPDATE ("customer_id", "employee_id", "guard_mask"), DELETE ON TABLE "crm"."visit" TO "sminion_owner";

-- column_grant:hr.employee:sminion_owner
REVOKE ALL ON TABLE "hr"."employee" FROM "sminion_owner";
GRANT SELECT ("ctid", "guard_mask", "id", "name", "tableoid", "xmin"), UPDATE ("guard_mask"), DELETE ON TABLE "hr"."employee" TO "sminion_owner";

-- column_grant:hr.partner:sminion_owner
REVOKE ALL ON TABLE "hr"."partner" FROM "sminion_owner";
GRANT SELECT ("code", "ctid", "guard_mask", "name", "tableoid"), UPDATE ("guard_mask"), DELETE ON TABLE "hr"."partner" TO "sminion_owner";

-- column_grant:crm.orders:sminion_owner
REVOKE ALL ON TABLE "crm"."orders" FROM "sminion_owner";
GRANT SELECT ("ctid", "customer_id", "guard_mask", "guard_subject", "id", "tableoid", "what"), UPDATE ("guard_mask", "guard_subject"), DELETE ON TABLE "crm"."orders" TO "sminion_owner";

-- column_grant:hr.badge:sminion_owner
REVOKE ALL ON TABLE "hr"."badge" FROM "sminion_owner";
GRANT SELECT ("at", "ctid", "employee_id", "guard_mask", "guard_subject", "no", "tableoid"), UPDATE ("guard_mask", "guard_subject"), DELETE ON TABLE "hr"."badge" TO "sminion_owner";

-- trigger_function:row_crm_customer_f72df6 (as owner)
-- Row trigger of "crm"."customer": whatever the client sent, the mask is that of the subject's state, read under its share lock.
-- Definer, because neither states nor parents are for purposes to read.
CREATE OR REPLACE FUNCTION sminion."row_crm_customer_f72df6"() RETURNS trigger
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
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = 'customer:' || OLD."id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight('customer:' || OLD."id"::text, 'crm');
  END IF;
  permitted := permitted & one;
      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY['customer:' || OLD."id"::text]);
      RETURN OLD;
    ELSIF OLD."id" IS DISTINCT FROM NEW."id" THEN
      done := sminion.permit_move(ARRAY['customer:' || OLD."id"::text], ARRAY['customer:' || NEW."id"::text], 'crm.customer', 'crm', true);
    END IF;
  END IF;
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = 'customer:' || NEW."id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight('customer:' || NEW."id"::text, 'crm');
  END IF;
  permitted := permitted & one;
  -- Read after the locks: a change that could not get one is in force all the same. There is hardly ever one, so what it denies
  -- is asked apart: an aggregate would cost each row as much as the lock.
  PERFORM FROM sminion.pending_change c WHERE c.subject IN ('customer:' || NEW."id"::text);
  IF FOUND THEN
    permitted := permitted & ~(
      SELECT coalesce(bit_or(c.denied), 0) FROM sminion.pending_change c WHERE c.subject IN ('customer:' || NEW."id"::text));
  END IF;
  NEW.guard_mask := permitted;
  RETURN NEW;
END
$sminion$;

-- row_trigger:crm.customer
-- Named to fire last among BEFORE triggers (they fire in the order of their names): no other may change the subject after
-- the mask was computed for it. On UPDATE it does not fire where sminion.set_masks has computed masks for many rows at once; a
-- trigger of its own for the rest, since a condition costs each statement 15 microseconds.
DROP TRIGGER IF EXISTS "~guard_row" ON "crm"."customer";
CREATE TRIGGER "~guard_row" BEFORE UPDATE ON "crm"."customer"
  FOR EACH ROW WHEN (
    current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name
    OR pg_catalog.current_setting('sminion.masks_set', true) OPERATOR(pg_catalog.=) 'yes' IS NOT TRUE)
  EXECUTE FUNCTION sminion."row_crm_customer_f72df6"();
ALTER TABLE "crm"."customer" ENABLE ALWAYS TRIGGER "~guard_row";
DROP TRIGGER IF EXISTS "~guard_row_made" ON "crm"."customer";
CREATE TRIGGER "~guard_row_made" BEFORE INSERT OR DELETE ON "crm"."customer"
  FOR EACH ROW EXECUTE FUNCTION sminion."row_crm_customer_f72df6"();
ALTER TABLE "crm"."customer" ENABLE ALWAYS TRIGGER "~guard_row_made";

-- trigger_function:moved_crm_customer_f72df6 (as owner)
-- Trigger of "crm"."customer" when a row moves to another subject: its children follow, each through its own row trigger. So they do
-- when the row was deleted, and the same statement made it anew for another subject, as a foreign key permits.
CREATE OR REPLACE FUNCTION sminion."moved_crm_customer_f72df6"() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  before text;
  anew   bigint;
BEGIN
  IF TG_OP = 'DELETE' THEN
SELECT p."id" INTO anew FROM "crm"."customer" p WHERE p."id" = OLD."id";
    IF FOUND AND anew IS DISTINCT FROM OLD."id" THEN
      PERFORM sminion.moved('customer:' || OLD."id"::text);
      before := sminion.begin_replica_role();
      UPDATE "crm"."orders" AS c SET guard_mask = CASE WHEN c.guard_mask IS NULL THEN 0 END WHERE c."customer_id" = OLD."id";
      PERFORM sminion.end_replica_role(before);
      PERFORM sminion.require_followed('crm', 'orders', EXISTS (
        SELECT FROM "crm"."orders" c WHERE c."customer_id" = OLD."id" AND c.guard_subject IS DISTINCT FROM anew));
    END IF;
    RETURN NULL;
  END IF;
  PERFORM sminion.moved('customer:' || OLD."id"::text);
before := sminion.begin_replica_role();
  UPDATE "crm"."orders" AS c SET guard_mask = CASE WHEN c.guard_mask IS NULL THEN 0 END WHERE c."customer_id" = NEW."id";
  PERFORM sminion.end_replica_role(before);
  PERFORM sminion.require_followed('crm', 'orders', EXISTS (
    SELECT FROM "crm"."orders" c WHERE c."customer_id" = NEW."id" AND c.guard_subject IS DISTINCT FROM NEW."id"));
  RETURN NULL;
END
$sminion$;

-- moved_trigger:crm.customer
DROP TRIGGER IF EXISTS "~guard_moved" ON "crm"."customer";
CREATE TRIGGER "~guard_moved" AFTER UPDATE ON "crm"."customer"
  FOR EACH ROW WHEN (OLD."id" IS DISTINCT FROM NEW."id") EXECUTE FUNCTION sminion."moved_crm_customer_f72df6"();
ALTER TABLE "crm"."customer" ENABLE ALWAYS TRIGGER "~guard_moved";
-- Its name is after those of foreign keys: children that a key deletes are gone by then.
DROP TRIGGER IF EXISTS "~guard_made_anew" ON "crm"."customer";
CREATE TRIGGER "~guard_made_anew" AFTER DELETE ON "crm"."customer"
  FOR EACH ROW EXECUTE FUNCTION sminion."moved_crm_customer_f72df6"();
ALTER TABLE "crm"."customer" ENABLE ALWAYS TRIGGER "~guard_made_anew";

-- partition_maker:crm.customer (as owner)
-- A new partition gets copies of the row triggers of its table, and for each copy PostgreSQL asks whether whoever makes the
-- partition may execute the function. So the owner of a partitioned table may, and of a partition that is partitioned itself: just
-- the functions of these triggers. Nobody can call them, and he cannot name them for a trigger elsewhere without USAGE on schema
-- `sminion`. An owner from before loses it here.
DO $sminion$
DECLARE
  clone pg_catalog.name;
  whose text;
BEGIN
  FOREACH clone IN ARRAY '{"moved_crm_customer_f72df6","row_crm_customer_f72df6"}'::pg_catalog.name[] LOOP
    FOR whose IN
      SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END
      FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
      WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = clone AND a.grantee <> p.proowner
    LOOP
      EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION sminion.%I() FROM %s', clone, whose);
    END LOOP;
    FOR whose IN
      SELECT DISTINCT c.relowner::pg_catalog.regrole::text
      FROM pg_catalog.pg_partition_tree('"crm"."customer"'::pg_catalog.regclass) t JOIN pg_catalog.pg_class c ON c.oid = t.relid
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
  IF OLD."giver" IS NOT NULL THEN
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = 'customer:' || OLD."giver"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight('customer:' || OLD."giver"::text, 'crm');
  END IF;
  permitted := permitted & one;
  END IF;
  IF OLD."taker" IS NOT NULL THEN
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = 'customer:' || OLD."taker"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight('customer:' || OLD."taker"::text, 'crm');
  END IF;
  permitted := permitted & one;
  END IF;
  -- a row about nobody permits nothing
  IF NOT (OLD."giver" IS NOT NULL OR OLD."taker" IS NOT NULL) THEN
    permitted := 0;
  END IF;
      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY['customer:' || OLD."giver"::text, 'customer:' || OLD."taker"::text]);
      RETURN OLD;
    ELSIF OLD."giver" IS DISTINCT FROM NEW."giver" OR OLD."taker" IS DISTINCT FROM NEW."taker" THEN
      done := sminion.permit_move(ARRAY['customer:' || OLD."giver"::text, 'customer:' || OLD."taker"::text], ARRAY['customer:' || NEW."giver"::text, 'customer:' || NEW."taker"::text], 'crm.gift', 'crm', false);
    END IF;
  END IF;
  IF NEW."giver" IS NOT NULL THEN
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = 'customer:' || NEW."giver"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight('customer:' || NEW."giver"::text, 'crm');
  END IF;
  permitted := permitted & one;
  END IF;
  IF NEW."taker" IS NOT NULL THEN
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = 'customer:' || NEW."taker"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight('customer:' || NEW."taker"::text, 'crm');
  END IF;
  permitted := permitted & one;
  END IF;
  -- a row about nobody permits nothing
  IF NOT (NEW."giver" IS NOT NULL OR NEW."taker" IS NOT NULL) THEN
    permitted := 0;
  END IF;
  -- Read after the locks: a change that could not get one is in force all the same. There is hardly ever one, so what it denies
  -- is asked apart: an aggregate would cost each row as much as the lock.
  PERFORM FROM sminion.pending_change c WHERE c.subject IN ('customer:' || NEW."giver"::text, 'customer:' || NEW."taker"::text);
  IF FOUND THEN
    permitted := permitted & ~(
      SELECT coalesce(bit_or(c.denied), 0) FROM sminion.pending_change c WHERE c.subject IN ('customer:' || NEW."giver"::text, 'customer:' || NEW."taker"::text));
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

-- trigger_function:row_crm_message_72eec1 (as owner)
-- Row trigger of "crm"."message": whatever the client sent, the mask is that of the subject's state, read under its share lock.
-- Definer, because neither states nor parents are for purposes to read.
CREATE OR REPLACE FUNCTION sminion."row_crm_message_72eec1"() RETURNS trigger
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
  IF OLD."for" IS NOT NULL THEN
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = 'partner:' || nullif(OLD."for"::text, '') FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight('partner:' || nullif(OLD."for"::text, ''), 'crm');
  END IF;
  permitted := permitted & one;
  END IF;
  IF OLD."handled_by" IS NOT NULL THEN
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = 'employee:' || OLD."handled_by"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight('employee:' || OLD."handled_by"::text, 'crm');
  END IF;
  permitted := permitted & one;
  END IF;
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = 'customer:' || OLD."sender"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight('customer:' || OLD."sender"::text, 'crm');
  END IF;
  permitted := permitted & one;
      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY['partner:' || nullif(OLD."for"::text, ''), 'employee:' || OLD."handled_by"::text, 'customer:' || OLD."sender"::text]);
      RETURN OLD;
    ELSIF OLD."for" IS DISTINCT FROM NEW."for" OR OLD."handled_by" IS DISTINCT FROM NEW."handled_by" OR OLD."sender" IS DISTINCT FROM NEW."sender" THEN
      done := sminion.permit_move(ARRAY['partner:' || nullif(OLD."for"::text, ''), 'employee:' || OLD."handled_by"::text, 'customer:' || OLD."sender"::text], ARRAY['partner:' || nullif(NEW."for"::text, ''), 'employee:' || NEW."handled_by"::text, 'customer:' || NEW."sender"::text], 'crm.message', 'crm', false);
    END IF;
  END IF;
  IF NEW."for" IS NOT NULL THEN
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = 'partner:' || nullif(NEW."for"::text, '') FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight('partner:' || nullif(NEW."for"::text, ''), 'crm');
  END IF;
  permitted := permitted & one;
  END IF;
  IF NEW."handled_by" IS NOT NULL THEN
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = 'employee:' || NEW."handled_by"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight('employee:' || NEW."handled_by"::text, 'crm');
  END IF;
  permitted := permitted & one;
  END IF;
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = 'customer:' || NEW."sender"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight('customer:' || NEW."sender"::text, 'crm');
  END IF;
  permitted := permitted & one;
  -- Read after the locks: a change that could not get one is in force all the same. There is hardly ever one, so what it denies
  -- is asked apart: an aggregate would cost each row as much as the lock.
  PERFORM FROM sminion.pending_change c WHERE c.subject IN ('partner:' || nullif(NEW."for"::text, ''), 'employee:' || NEW."handled_by"::text, 'customer:' || NEW."sender"::text);
  IF FOUND THEN
    permitted := permitted & ~(
      SELECT coalesce(bit_or(c.denied), 0) FROM sminion.pending_change c WHERE c.subject IN ('partner:' || nullif(NEW."for"::text, ''), 'employee:' || NEW."handled_by"::text, 'customer:' || NEW."sender"::text));
  END IF;
  NEW.guard_mask := permitted;
  RETURN NEW;
END
$sminion$;

-- row_trigger:crm.message
-- Named to fire last among BEFORE triggers (they fire in the order of their names): no other may change the subject after
-- the mask was computed for it. On UPDATE it does not fire where sminion.set_masks has computed masks for many rows at once; a
-- trigger of its own for the rest, since a condition costs each statement 15 microseconds.
DROP TRIGGER IF EXISTS "~guard_row" ON "crm"."message";
CREATE TRIGGER "~guard_row" BEFORE UPDATE ON "crm"."message"
  FOR EACH ROW WHEN (
    current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name
    OR pg_catalog.current_setting('sminion.masks_set', true) OPERATOR(pg_catalog.=) 'yes' IS NOT TRUE)
  EXECUTE FUNCTION sminion."row_crm_message_72eec1"();
ALTER TABLE "crm"."message" ENABLE ALWAYS TRIGGER "~guard_row";
DROP TRIGGER IF EXISTS "~guard_row_made" ON "crm"."message";
CREATE TRIGGER "~guard_row_made" BEFORE INSERT OR DELETE ON "crm"."message"
  FOR EACH ROW EXECUTE FUNCTION sminion."row_crm_message_72eec1"();
ALTER TABLE "crm"."message" ENABLE ALWAYS TRIGGER "~guard_row_made";

-- partition_maker:crm.message (as owner)
-- A new partition gets copies of the row triggers of its table, and for each copy PostgreSQL asks whether whoever makes the
-- partition may execute the function. So the owner of a partitioned table may, and of a partition that is partitioned itself: just
-- the functions of these triggers. Nobody can call them, and he cannot name them for a trigger elsewhere without USAGE on schema
-- `sminion`. An owner from before loses it here.
DO $sminion$
DECLARE
  clone pg_catalog.name;
  whose text;
BEGIN
  FOREACH clone IN ARRAY '{"row_crm_message_72eec1"}'::pg_catalog.name[] LOOP
    FOR whose IN
      SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END
      FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
      WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = clone AND a.grantee <> p.proowner
    LOOP
      EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION sminion.%I() FROM %s', clone, whose);
    END LOOP;
    FOR whose IN
      SELECT DISTINCT c.relowner::pg_catalog.regrole::text
      FROM pg_catalog.pg_partition_tree('"crm"."message"'::pg_catalog.regclass) t JOIN pg_catalog.pg_class c ON c.oid = t.relid
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
  IF OLD."customer_id" IS NOT NULL OR OLD."employee_id" IS NOT NULL THEN
  IF OLD."customer_id" IS NOT NULL THEN
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = 'customer:' || OLD."customer_id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight('customer:' || OLD."customer_id"::text, 'crm');
  END IF;
  permitted := permitted & one;
  END IF;
  IF OLD."employee_id" IS NOT NULL THEN
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = 'employee:' || OLD."employee_id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight('employee:' || OLD."employee_id"::text, 'crm');
  END IF;
  permitted := permitted & one;
  END IF;
  END IF;
      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY['customer:' || OLD."customer_id"::text, 'employee:' || OLD."employee_id"::text]);
      RETURN OLD;
    ELSIF OLD."customer_id" IS DISTINCT FROM NEW."customer_id" OR OLD."employee_id" IS DISTINCT FROM NEW."employee_id" THEN
      done := sminion.permit_move(ARRAY['customer:' || OLD."customer_id"::text, 'employee:' || OLD."employee_id"::text], ARRAY['customer:' || NEW."customer_id"::text, 'employee:' || NEW."employee_id"::text], 'crm.visit', 'crm', false);
    END IF;
  END IF;
  -- a row about nobody permits everything
  IF NEW."customer_id" IS NOT NULL OR NEW."employee_id" IS NOT NULL THEN
  IF NEW."customer_id" IS NOT NULL THEN
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = 'customer:' || NEW."customer_id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight('customer:' || NEW."customer_id"::text, 'crm');
  END IF;
  permitted := permitted & one;
  END IF;
  IF NEW."employee_id" IS NOT NULL THEN
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = 'employee:' || NEW."employee_id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight('employee:' || NEW."employee_id"::text, 'crm');
  END IF;
  permitted := permitted & one;
  END IF;
  END IF;
  -- Read after the locks: a change that could not get one is in force all the same. There is hardly ever one, so what it denies
  -- is asked apart: an aggregate would cost each row as much as the lock.
  PERFORM FROM sminion.pending_change c WHERE c.subject IN ('customer:' || NEW."customer_id"::text, 'employee:' || NEW."employee_id"::text);
  IF FOUND THEN
    permitted := permitted & ~(
      SELECT coalesce(bit_or(c.denied), 0) FROM sminion.pending_change c WHERE c.subject IN ('customer:' || NEW."customer_id"::text, 'employee:' || NEW."employee_id"::text));
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
  FOREACH clone IN ARRAY '{"row_crm_visit_70ee05"}'::pg_catalog.name[] LOOP
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

-- trigger_function:row_hr_employee_f054b3 (as owner)
-- Row trigger of "hr"."employee": whatever the client sent, the mask is that of the subject's state, read under its share lock.
-- Definer, because neither states nor parents are for purposes to read.
CREATE OR REPLACE FUNCTION sminion."row_hr_employee_f054b3"() RETURNS trigger
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
SELECT sminion.mask_in(s.*, 'hr') INTO one FROM sminion.subject_state s WHERE s.subject = 'employee:' || OLD."id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight('employee:' || OLD."id"::text, 'hr');
  END IF;
  permitted := permitted & one;
      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY['employee:' || OLD."id"::text]);
      RETURN OLD;
    ELSIF OLD."id" IS DISTINCT FROM NEW."id" THEN
      done := sminion.permit_move(ARRAY['employee:' || OLD."id"::text], ARRAY['employee:' || NEW."id"::text], 'hr.employee', 'hr', true);
    END IF;
  END IF;
SELECT sminion.mask_in(s.*, 'hr') INTO one FROM sminion.subject_state s WHERE s.subject = 'employee:' || NEW."id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight('employee:' || NEW."id"::text, 'hr');
  END IF;
  permitted := permitted & one;
  -- Read after the locks: a change that could not get one is in force all the same. There is hardly ever one, so what it denies
  -- is asked apart: an aggregate would cost each row as much as the lock.
  PERFORM FROM sminion.pending_change c WHERE c.subject IN ('employee:' || NEW."id"::text);
  IF FOUND THEN
    permitted := permitted & ~(
      SELECT coalesce(bit_or(c.denied), 0) FROM sminion.pending_change c WHERE c.subject IN ('employee:' || NEW."id"::text));
  END IF;
  NEW.guard_mask := permitted;
  RETURN NEW;
END
$sminion$;

-- row_trigger:hr.employee
-- Named to fire last among BEFORE triggers (they fire in the order of their names): no other may change the subject after
-- the mask was computed for it. On UPDATE it does not fire where sminion.set_masks has computed masks for many rows at once; a
-- trigger of its own for the rest, since a condition costs each statement 15 microseconds.
DROP TRIGGER IF EXISTS "~guard_row" ON "hr"."employee";
CREATE TRIGGER "~guard_row" BEFORE UPDATE ON "hr"."employee"
  FOR EACH ROW WHEN (
    current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name
    OR pg_catalog.current_setting('sminion.masks_set', true) OPERATOR(pg_catalog.=) 'yes' IS NOT TRUE)
  EXECUTE FUNCTION sminion."row_hr_employee_f054b3"();
ALTER TABLE "hr"."employee" ENABLE ALWAYS TRIGGER "~guard_row";
DROP TRIGGER IF EXISTS "~guard_row_made" ON "hr"."employee";
CREATE TRIGGER "~guard_row_made" BEFORE INSERT OR DELETE ON "hr"."employee"
  FOR EACH ROW EXECUTE FUNCTION sminion."row_hr_employee_f054b3"();
ALTER TABLE "hr"."employee" ENABLE ALWAYS TRIGGER "~guard_row_made";

-- trigger_function:moved_hr_employee_f054b3 (as owner)
-- Trigger of "hr"."employee" when a row moves to another subject: its children follow, each through its own row trigger. So they do
-- when the row was deleted, and the same statement made it anew for another subject, as a foreign key permits.
CREATE OR REPLACE FUNCTION sminion."moved_hr_employee_f054b3"() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  before text;
  anew   uuid;
BEGIN
  IF TG_OP = 'DELETE' THEN
SELECT p."id" INTO anew FROM "hr"."employee" p WHERE p."id" = OLD."id";
    IF FOUND AND anew IS DISTINCT FROM OLD."id" THEN
      PERFORM sminion.moved('employee:' || OLD."id"::text);
      before := sminion.begin_replica_role();
      UPDATE "hr"."badge" AS c SET guard_mask = CASE WHEN c.guard_mask IS NULL THEN 0 END WHERE c."employee_id" = OLD."id";
      PERFORM sminion.end_replica_role(before);
      PERFORM sminion.require_followed('hr', 'badge', EXISTS (
        SELECT FROM "hr"."badge" c WHERE c."employee_id" = OLD."id" AND c.guard_subject IS DISTINCT FROM anew));
    END IF;
    RETURN NULL;
  END IF;
  PERFORM sminion.moved('employee:' || OLD."id"::text);
before := sminion.begin_replica_role();
  UPDATE "hr"."badge" AS c SET guard_mask = CASE WHEN c.guard_mask IS NULL THEN 0 END WHERE c."employee_id" = NEW."id";
  PERFORM sminion.end_replica_role(before);
  PERFORM sminion.require_followed('hr', 'badge', EXISTS (
    SELECT FROM "hr"."badge" c WHERE c."employee_id" = NEW."id" AND c.guard_subject IS DISTINCT FROM NEW."id"));
  RETURN NULL;
END
$sminion$;

-- moved_trigger:hr.employee
DROP TRIGGER IF EXISTS "~guard_moved" ON "hr"."employee";
CREATE TRIGGER "~guard_moved" AFTER UPDATE ON "hr"."employee"
  FOR EACH ROW WHEN (OLD."id" IS DISTINCT FROM NEW."id") EXECUTE FUNCTION sminion."moved_hr_employee_f054b3"();
ALTER TABLE "hr"."employee" ENABLE ALWAYS TRIGGER "~guard_moved";
-- Its name is after those of foreign keys: children that a key deletes are gone by then.
DROP TRIGGER IF EXISTS "~guard_made_anew" ON "hr"."employee";
CREATE TRIGGER "~guard_made_anew" AFTER DELETE ON "hr"."employee"
  FOR EACH ROW EXECUTE FUNCTION sminion."moved_hr_employee_f054b3"();
ALTER TABLE "hr"."employee" ENABLE ALWAYS TRIGGER "~guard_made_anew";

-- partition_maker:hr.employee (as owner)
-- A new partition gets copies of the row triggers of its table, and for each copy PostgreSQL asks whether whoever makes the
-- partition may execute the function. So the owner of a partitioned table may, and of a partition that is partitioned itself: just
-- the functions of these triggers. Nobody can call them, and he cannot name them for a trigger elsewhere without USAGE on schema
-- `sminion`. An owner from before loses it here.
DO $sminion$
DECLARE
  clone pg_catalog.name;
  whose text;
BEGIN
  FOREACH clone IN ARRAY '{"moved_hr_employee_f054b3","row_hr_employee_f054b3"}'::pg_catalog.name[] LOOP
    FOR whose IN
      SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END
      FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
      WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = clone AND a.grantee <> p.proowner
    LOOP
      EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION sminion.%I() FROM %s', clone, whose);
    END LOOP;
    FOR whose IN
      SELECT DISTINCT c.relowner::pg_catalog.regrole::text
      FROM pg_catalog.pg_partition_tree('"hr"."employee"'::pg_catalog.regclass) t JOIN pg_catalog.pg_class c ON c.oid = t.relid
      WHERE c.relkind = 'p' AND c.relowner <> 'sminion_owner'::pg_catalog.regrole
    LOOP
      EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION sminion.%I() TO %s', clone, whose);
    END LOOP;
  END LOOP;
END
$sminion$;

-- trigger_function:row_hr_partner_025f03 (as owner)
-- Row trigger of "hr"."partner": whatever the client sent, the mask is that of the subject's state, read under its share lock.
-- Definer, because neither states nor parents are for purposes to read.
CREATE OR REPLACE FUNCTION sminion."row_hr_partner_025f03"() RETURNS trigger
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
SELECT sminion.mask_in(s.*, 'hr') INTO one FROM sminion.subject_state s WHERE s.subject = 'partner:' || nullif(OLD."code"::text, '') FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight('partner:' || nullif(OLD."code"::text, ''), 'hr');
  END IF;
  permitted := permitted & one;
      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY['partner:' || nullif(OLD."code"::text, '')]);
      RETURN OLD;
    ELSIF OLD."code" IS DISTINCT FROM NEW."code" THEN
      done := sminion.permit_move(ARRAY['partner:' || nullif(OLD."code"::text, '')], ARRAY['partner:' || nullif(NEW."code"::text, '')], 'hr.partner', 'hr', false);
    END IF;
  END IF;
SELECT sminion.mask_in(s.*, 'hr') INTO one FROM sminion.subject_state s WHERE s.subject = 'partner:' || nullif(NEW."code"::text, '') FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight('partner:' || nullif(NEW."code"::text, ''), 'hr');
  END IF;
  permitted := permitted & one;
  -- Read after the locks: a change that could not get one is in force all the same. There is hardly ever one, so what it denies
  -- is asked apart: an aggregate would cost each row as much as the lock.
  PERFORM FROM sminion.pending_change c WHERE c.subject IN ('partner:' || nullif(NEW."code"::text, ''));
  IF FOUND THEN
    permitted := permitted & ~(
      SELECT coalesce(bit_or(c.denied), 0) FROM sminion.pending_change c WHERE c.subject IN ('partner:' || nullif(NEW."code"::text, '')));
  END IF;
  NEW.guard_mask := permitted;
  RETURN NEW;
END
$sminion$;

-- row_trigger:hr.partner
-- Named to fire last among BEFORE triggers (they fire in the order of their names): no other may change the subject after
-- the mask was computed for it. On UPDATE it does not fire where sminion.set_masks has computed masks for many rows at once; a
-- trigger of its own for the rest, since a condition costs each statement 15 microseconds.
DROP TRIGGER IF EXISTS "~guard_row" ON "hr"."partner";
CREATE TRIGGER "~guard_row" BEFORE UPDATE ON "hr"."partner"
  FOR EACH ROW WHEN (
    current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name
    OR pg_catalog.current_setting('sminion.masks_set', true) OPERATOR(pg_catalog.=) 'yes' IS NOT TRUE)
  EXECUTE FUNCTION sminion."row_hr_partner_025f03"();
ALTER TABLE "hr"."partner" ENABLE ALWAYS TRIGGER "~guard_row";
DROP TRIGGER IF EXISTS "~guard_row_made" ON "hr"."partner";
CREATE TRIGGER "~guard_row_made" BEFORE INSERT OR DELETE ON "hr"."partner"
  FOR EACH ROW EXECUTE FUNCTION sminion."row_hr_partner_025f03"();
ALTER TABLE "hr"."partner" ENABLE ALWAYS TRIGGER "~guard_row_made";

-- partition_maker:hr.partner (as owner)
-- A new partition gets copies of the row triggers of its table, and for each copy PostgreSQL asks whether whoever makes the
-- partition may execute the function. So the owner of a partitioned table may, and of a partition that is partitioned itself: just
-- the functions of these triggers. Nobody can call them, and he cannot name them for a trigger elsewhere without USAGE on schema
-- `sminion`. An owner from before loses it here.
DO $sminion$
DECLARE
  clone pg_catalog.name;
  whose text;
BEGIN
  FOREACH clone IN ARRAY '{"row_hr_partner_025f03"}'::pg_catalog.name[] LOOP
    FOR whose IN
      SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END
      FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
      WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = clone AND a.grantee <> p.proowner
    LOOP
      EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION sminion.%I() FROM %s', clone, whose);
    END LOOP;
    FOR whose IN
      SELECT DISTINCT c.relowner::pg_catalog.regrole::text
      FROM pg_catalog.pg_partition_tree('"hr"."partner"'::pg_catalog.regclass) t JOIN pg_catalog.pg_class c ON c.oid = t.relid
      WHERE c.relkind = 'p' AND c.relowner <> 'sminion_owner'::pg_catalog.regrole
    LOOP
      EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION sminion.%I() TO %s', clone, whose);
    END LOOP;
  END LOOP;
END
$sminion$;

-- trigger_function:row_crm_orders_a18672 (as owner)
-- Row trigger of "crm"."orders", whose subject is that of its parent: found, locked, and looked up once more, because the
-- parent may have moved to another subject while we waited for the lock. Without a parent nobody sees the row.
CREATE OR REPLACE FUNCTION sminion."row_crm_orders_a18672"() RETURNS trigger
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
      SELECT sminion.mask_in(s.*, 'crm') INTO permitted FROM sminion.subject_state s WHERE s.subject = 'customer:' || OLD."guard_subject"::text FOR SHARE;
      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY['customer:' || OLD."guard_subject"::text]);
      RETURN OLD;
    END IF;
    had_key := OLD.guard_subject;
  END IF;
  SELECT p."id" INTO owner_key FROM "crm"."customer" p WHERE p."id" = NEW."customer_id";
  LOOP
    permitted := 0;
    EXIT WHEN owner_key IS NULL;
    SELECT sminion.mask_in(s.*, 'crm') INTO permitted FROM sminion.subject_state s WHERE s.subject = 'customer:' || owner_key::text FOR SHARE;
    IF NOT FOUND THEN
      -- A parent of our own transaction cannot move to another subject under us; any other must find a state to lock.
      SELECT p.xmin INTO written FROM "crm"."customer" p WHERE p."id" = NEW."customer_id";
      permitted := sminion.first_sight('customer:' || owner_key::text, 'crm', settled => sminion.own_row(written) IS NOT TRUE);
    END IF;
    SELECT p."id" INTO again_key FROM "crm"."customer" p WHERE p."id" = NEW."customer_id";
    EXIT WHEN again_key IS NOT DISTINCT FROM owner_key;
    owner_key := again_key;
  END LOOP;
  -- It may also follow its parent to another subject. That a parent is gone says of whom the row is no less.
  IF had_key IS NOT NULL THEN
    IF had_key IS DISTINCT FROM owner_key AND (owner_key IS NOT NULL OR OLD."customer_id" IS DISTINCT FROM NEW."customer_id") THEN
      done := sminion.permit_move(ARRAY['customer:' || OLD."guard_subject"::text], ARRAY['customer:' || owner_key::text], 'crm.orders', 'crm', false);
    END IF;
  END IF;
  NEW.guard_subject := owner_key;
  -- Read after the lock: a change that could not get it is in force all the same. What it denies is asked apart, as there is
  -- hardly ever one.
  PERFORM FROM sminion.pending_change c WHERE c.subject = 'customer:' || owner_key::text;
  IF FOUND THEN
    permitted := permitted & ~(
      SELECT coalesce(bit_or(c.denied), 0) FROM sminion.pending_change c WHERE c.subject = 'customer:' || owner_key::text);
  END IF;
  NEW.guard_mask := permitted;
  RETURN NEW;
END
$sminion$;

-- row_trigger:crm.orders
-- Named to fire last among BEFORE triggers (they fire in the order of their names): no other may change the subject after
-- the mask was computed for it. On UPDATE it does not fire where sminion.set_masks has computed masks for many rows at once; a
-- trigger of its own for the rest, since a condition costs each statement 15 microseconds.
DROP TRIGGER IF EXISTS "~guard_row" ON "crm"."orders";
CREATE TRIGGER "~guard_row" BEFORE UPDATE ON "crm"."orders"
  FOR EACH ROW WHEN (
    current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name
    OR pg_catalog.current_setting('sminion.masks_set', true) OPERATOR(pg_catalog.=) 'yes' IS NOT TRUE)
  EXECUTE FUNCTION sminion."row_crm_orders_a18672"();
ALTER TABLE "crm"."orders" ENABLE ALWAYS TRIGGER "~guard_row";
DROP TRIGGER IF EXISTS "~guard_row_made" ON "crm"."orders";
CREATE TRIGGER "~guard_row_made" BEFORE INSERT OR DELETE ON "crm"."orders"
  FOR EACH ROW EXECUTE FUNCTION sminion."row_crm_orders_a18672"();
ALTER TABLE "crm"."orders" ENABLE ALWAYS TRIGGER "~guard_row_made";

-- partition_maker:crm.orders (as owner)
-- A new partition gets copies of the row triggers of its table, and for each copy PostgreSQL asks whether whoever makes the
-- partition may execute the function. So the owner of a partitioned table may, and of a partition that is partitioned itself: just
-- the functions of these triggers. Nobody can call them, and he cannot name them for a trigger elsewhere without USAGE on schema
-- `sminion`. An owner from before loses it here.
DO $sminion$
DECLARE
  clone pg_catalog.name;
  whose text;
BEGIN
  FOREACH clone IN ARRAY '{"row_crm_orders_a18672"}'::pg_catalog.name[] LOOP
    FOR whose IN
      SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END
      FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
      WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = clone AND a.grantee <> p.proowner
    LOOP
      EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION sminion.%I() FROM %s', clone, whose);
    END LOOP;
    FOR whose IN
      SELECT DISTINCT c.relowner::pg_catalog.regrole::text
      FROM pg_catalog.pg_partition_tree('"crm"."orders"'::pg_catalog.regclass) t JOIN pg_catalog.pg_class c ON c.oid = t.relid
      WHERE c.relkind = 'p' AND c.relowner <> 'sminion_owner'::pg_catalog.regrole
    LOOP
      EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION sminion.%I() TO %s', clone, whose);
    END LOOP;
  END LOOP;
END
$sminion$;

-- trigger_function:row_hr_badge_e29225 (as owner)
-- Row trigger of "hr"."badge", whose subject is that of its parent: found, locked, and looked up once more, because the
-- parent may have moved to another subject while we waited for the lock. Without a parent nobody sees the row.
CREATE OR REPLACE FUNCTION sminion."row_hr_badge_e29225"() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  permitted bigint;
  owner_key uuid;
  again_key uuid;
  had_key   uuid;
  written   xid;
  done      boolean;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    IF TG_OP = 'DELETE' THEN
      SELECT sminion.mask_in(s.*, 'hr') INTO permitted FROM sminion.subject_state s WHERE s.subject = 'employee:' || OLD."guard_subject"::text FOR SHARE;
      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY['employee:' || OLD."guard_subject"::text]);
      RETURN OLD;
    END IF;
    had_key := OLD.guard_subject;
  END IF;
  SELECT p."id" INTO owner_key FROM "hr"."employee" p WHERE p."id" = NEW."employee_id";
  LOOP
    permitted := 0;
    EXIT WHEN owner_key IS NULL;
    SELECT sminion.mask_in(s.*, 'hr') INTO permitted FROM sminion.subject_state s WHERE s.subject = 'employee:' || owner_key::text FOR SHARE;
    IF NOT FOUND THEN
      -- A parent of our own transaction cannot move to another subject under us; any other must find a state to lock.
      SELECT p.xmin INTO written FROM "hr"."employee" p WHERE p."id" = NEW."employee_id";
      permitted := sminion.first_sight('employee:' || owner_key::text, 'hr', settled => sminion.own_row(written) IS NOT TRUE);
    END IF;
    SELECT p."id" INTO again_key FROM "hr"."employee" p WHERE p."id" = NEW."employee_id";
    EXIT WHEN again_key IS NOT DISTINCT FROM owner_key;
    owner_key := again_key;
  END LOOP;
  -- It may also follow its parent to another subject. That a parent is gone says of whom the row is no less.
  IF had_key IS NOT NULL THEN
    IF had_key IS DISTINCT FROM owner_key AND (owner_key IS NOT NULL OR OLD."employee_id" IS DISTINCT FROM NEW."employee_id") THEN
      done := sminion.permit_move(ARRAY['employee:' || OLD."guard_subject"::text], ARRAY['employee:' || owner_key::text], 'hr.badge', 'hr', false);
    END IF;
  END IF;
  NEW.guard_subject := owner_key;
  -- Read after the lock: a change that could not get it is in force all the same. What it denies is asked apart, as there is
  -- hardly ever one.
  PERFORM FROM sminion.pending_change c WHERE c.subject = 'employee:' || owner_key::text;
  IF FOUND THEN
    permitted := permitted & ~(
      SELECT coalesce(bit_or(c.denied), 0) FROM sminion.pending_change c WHERE c.subject = 'employee:' || owner_key::text);
  END IF;
  NEW.guard_mask := permitted;
  RETURN NEW;
END
$sminion$;

-- row_trigger:hr.badge
-- Named to fire last among BEFORE triggers (they fire in the order of their names): no other may change the subject after
-- the mask was computed for it. On UPDATE it does not fire where sminion.set_masks has computed masks for many rows at once; a
-- trigger of its own for the rest, since a condition costs each statement 15 microseconds.
DROP TRIGGER IF EXISTS "~guard_row" ON "hr"."badge";
CREATE TRIGGER "~guard_row" BEFORE UPDATE ON "hr"."badge"
  FOR EACH ROW WHEN (
    current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name
    OR pg_catalog.current_setting('sminion.masks_set', true) OPERATOR(pg_catalog.=) 'yes' IS NOT TRUE)
  EXECUTE FUNCTION sminion."row_hr_badge_e29225"();
ALTER TABLE "hr"."badge" ENABLE ALWAYS TRIGGER "~guard_row";
DROP TRIGGER IF EXISTS "~guard_row_made" ON "hr"."badge";
CREATE TRIGGER "~guard_row_made" BEFORE INSERT OR DELETE ON "hr"."badge"
  FOR EACH ROW EXECUTE FUNCTION sminion."row_hr_badge_e29225"();
ALTER TABLE "hr"."badge" ENABLE ALWAYS TRIGGER "~guard_row_made";

-- partition_maker:hr.badge (as owner)
-- A new partition gets copies of the row triggers of its table, and for each copy PostgreSQL asks whether whoever makes the
-- partition may execute the function. So the owner of a partitioned table may, and of a partition that is partitioned itself: just
-- the functions of these triggers. Nobody can call them, and he cannot name them for a trigger elsewhere without USAGE on schema
-- `sminion`. An owner from before loses it here.
DO $sminion$
DECLARE
  clone pg_catalog.name;
  whose text;
BEGIN
  FOREACH clone IN ARRAY '{"row_hr_badge_e29225"}'::pg_catalog.name[] LOOP
    FOR whose IN
      SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END
      FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
      WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = clone AND a.grantee <> p.proowner
    LOOP
      EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION sminion.%I() FROM %s', clone, whose);
    END LOOP;
    FOR whose IN
      SELECT DISTINCT c.relowner::pg_catalog.regrole::text
      FROM pg_catalog.pg_partition_tree('"hr"."badge"'::pg_catalog.regclass) t JOIN pg_catalog.pg_class c ON c.oid = t.relid
      WHERE c.relkind = 'p' AND c.relowner <> 'sminion_owner'::pg_catalog.regrole
    LOOP
      EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION sminion.%I() TO %s', clone, whose);
    END LOOP;
  END LOOP;
END
$sminion$;

-- write_function:write_crm_customer_f72df6 (as owner)
-- Trigger function of "crm"."customer" that records each write with its subjects. Its queries are made from the columns that the
-- table has now, which are more than the policy names; after a change of columns they fail, and the same is asked with
-- queries made anew, so that nothing is missed until the next `apply`. The body is a literal and not in dollar quotes,
-- because names of columns are the owner's of the table.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."customer"';
BEGIN
  EXECUTE pg_catalog.format(
    'CREATE OR REPLACE FUNCTION sminion.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
    || 'SET search_path = pg_catalog, pg_temp AS %L', 'write_crm_customer_f72df6', pg_catalog.format($body$
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
          FROM (SELECT 'customer:' || r."id"::text, true FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
      ELSE
        SELECT c.counted, c.lowest, c.highest, CASE WHEN c.counted = 1 THEN (%2$s) END
        INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT 'customer:' || r."id"::text, true FROM old_rows r UNION ALL SELECT 'customer:' || r."id"::text, false FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
        IF counted > 1 THEN
          columns := (%3$s);
        END IF;
      END IF;
    EXCEPTION WHEN undefined_column OR syntax_error THEN
      EXECUTE sminion.write_query(TG_RELID, TG_OP) INTO columns;
      IF TG_OP = 'INSERT' THEN
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT 'customer:' || r."id"::text, true FROM new_rows r) AS s (subject, counts);
      ELSE
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT 'customer:' || r."id"::text, true FROM old_rows r UNION ALL SELECT 'customer:' || r."id"::text, false FROM new_rows r) AS s (subject, counts);
      END IF;
    END;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
    INTO counted, lowest, highest FROM (SELECT 'customer:' || r."id"::text, true FROM old_rows r) AS s (subject, counts);
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
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT 'customer:' || r."id"::text, true FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSIF TG_OP = 'UPDATE' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT 'customer:' || r."id"::text, true FROM old_rows r UNION ALL SELECT 'customer:' || r."id"::text, false FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSE
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT 'customer:' || r."id"::text, true FROM old_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
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

-- write_triggers:crm.customer
-- Statement triggers, which fire once and see all rows of the statement, on the table and on each partition: one that is
-- named directly fires its own. `~guard_ticket` notes the ticket before the first row, the others record. The guard's own
-- UPDATE sets masks and nothing else (`sminion_owner` has no privilege for more), which is no clarification: UPDATE has a
-- trigger of its own, since a WHEN costs each statement 10 to 15 microseconds.
DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT '"crm"."customer"'::pg_catalog.regclass
    UNION SELECT t.relid FROM pg_catalog.pg_partition_tree('"crm"."customer"'::pg_catalog.regclass) t
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
    $trigger$, part, 'write_crm_customer_f72df6');
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
          FROM (SELECT 'customer:' || r."giver"::text, true FROM new_rows r UNION ALL SELECT 'customer:' || r."taker"::text, false FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
      ELSE
        SELECT c.counted, c.lowest, c.highest, CASE WHEN c.counted = 1 THEN (%2$s) END
        INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT 'customer:' || r."giver"::text, true FROM old_rows r UNION ALL SELECT 'customer:' || r."taker"::text, false FROM old_rows r UNION ALL SELECT 'customer:' || r."giver"::text, false FROM new_rows r UNION ALL SELECT 'customer:' || r."taker"::text, false FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
        IF counted > 1 THEN
          columns := (%3$s);
        END IF;
      END IF;
    EXCEPTION WHEN undefined_column OR syntax_error THEN
      EXECUTE sminion.write_query(TG_RELID, TG_OP) INTO columns;
      IF TG_OP = 'INSERT' THEN
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT 'customer:' || r."giver"::text, true FROM new_rows r UNION ALL SELECT 'customer:' || r."taker"::text, false FROM new_rows r) AS s (subject, counts);
      ELSE
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT 'customer:' || r."giver"::text, true FROM old_rows r UNION ALL SELECT 'customer:' || r."taker"::text, false FROM old_rows r UNION ALL SELECT 'customer:' || r."giver"::text, false FROM new_rows r UNION ALL SELECT 'customer:' || r."taker"::text, false FROM new_rows r) AS s (subject, counts);
      END IF;
    END;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
    INTO counted, lowest, highest FROM (SELECT 'customer:' || r."giver"::text, true FROM old_rows r UNION ALL SELECT 'customer:' || r."taker"::text, false FROM old_rows r) AS s (subject, counts);
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
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT 'customer:' || r."giver"::text, true FROM new_rows r UNION ALL SELECT 'customer:' || r."taker"::text, false FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSIF TG_OP = 'UPDATE' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT 'customer:' || r."giver"::text, true FROM old_rows r UNION ALL SELECT 'customer:' || r."taker"::text, false FROM old_rows r UNION ALL SELECT 'customer:' || r."giver"::text, false FROM new_rows r UNION ALL SELECT 'customer:' || r."taker"::text, false FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSE
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT 'customer:' || r."giver"::text, true FROM old_rows r UNION ALL SELECT 'customer:' || r."taker"::text, false FROM old_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
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

-- write_function:write_crm_message_72eec1 (as owner)
-- Trigger function of "crm"."message" that records each write with its subjects. Its queries are made from the columns that the
-- table has now, which are more than the policy names; after a change of columns they fail, and the same is asked with
-- queries made anew, so that nothing is missed until the next `apply`. The body is a literal and not in dollar quotes,
-- because names of columns are the owner's of the table.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."message"';
BEGIN
  EXECUTE pg_catalog.format(
    'CREATE OR REPLACE FUNCTION sminion.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
    || 'SET search_path = pg_catalog, pg_temp AS %L', 'write_crm_message_72eec1', pg_catalog.format($body$
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
          FROM (SELECT sminion.log_text('partner:' || nullif(r."for"::text, ''), 400), true FROM new_rows r UNION ALL SELECT 'employee:' || r."handled_by"::text, false FROM new_rows r UNION ALL SELECT 'customer:' || r."sender"::text, false FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
      ELSE
        SELECT c.counted, c.lowest, c.highest, CASE WHEN c.counted = 1 THEN (%2$s) END
        INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT sminion.log_text('partner:' || nullif(r."for"::text, ''), 400), true FROM old_rows r UNION ALL SELECT 'employee:' || r."handled_by"::text, false FROM old_rows r UNION ALL SELECT 'customer:' || r."sender"::text, false FROM old_rows r UNION ALL SELECT sminion.log_text('partner:' || nullif(r."for"::text, ''), 400), false FROM new_rows r UNION ALL SELECT 'employee:' || r."handled_by"::text, false FROM new_rows r UNION ALL SELECT 'customer:' || r."sender"::text, false FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
        IF counted > 1 THEN
          columns := (%3$s);
        END IF;
      END IF;
    EXCEPTION WHEN undefined_column OR syntax_error THEN
      EXECUTE sminion.write_query(TG_RELID, TG_OP) INTO columns;
      IF TG_OP = 'INSERT' THEN
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT sminion.log_text('partner:' || nullif(r."for"::text, ''), 400), true FROM new_rows r UNION ALL SELECT 'employee:' || r."handled_by"::text, false FROM new_rows r UNION ALL SELECT 'customer:' || r."sender"::text, false FROM new_rows r) AS s (subject, counts);
      ELSE
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT sminion.log_text('partner:' || nullif(r."for"::text, ''), 400), true FROM old_rows r UNION ALL SELECT 'employee:' || r."handled_by"::text, false FROM old_rows r UNION ALL SELECT 'customer:' || r."sender"::text, false FROM old_rows r UNION ALL SELECT sminion.log_text('partner:' || nullif(r."for"::text, ''), 400), false FROM new_rows r UNION ALL SELECT 'employee:' || r."handled_by"::text, false FROM new_rows r UNION ALL SELECT 'customer:' || r."sender"::text, false FROM new_rows r) AS s (subject, counts);
      END IF;
    END;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
    INTO counted, lowest, highest FROM (SELECT sminion.log_text('partner:' || nullif(r."for"::text, ''), 400), true FROM old_rows r UNION ALL SELECT 'employee:' || r."handled_by"::text, false FROM old_rows r UNION ALL SELECT 'customer:' || r."sender"::text, false FROM old_rows r) AS s (subject, counts);
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
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT sminion.log_text('partner:' || nullif(r."for"::text, ''), 400), true FROM new_rows r UNION ALL SELECT 'employee:' || r."handled_by"::text, false FROM new_rows r UNION ALL SELECT 'customer:' || r."sender"::text, false FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSIF TG_OP = 'UPDATE' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT sminion.log_text('partner:' || nullif(r."for"::text, ''), 400), true FROM old_rows r UNION ALL SELECT 'employee:' || r."handled_by"::text, false FROM old_rows r UNION ALL SELECT 'customer:' || r."sender"::text, false FROM old_rows r UNION ALL SELECT sminion.log_text('partner:' || nullif(r."for"::text, ''), 400), false FROM new_rows r UNION ALL SELECT 'employee:' || r."handled_by"::text, false FROM new_rows r UNION ALL SELECT 'customer:' || r."sender"::text, false FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSE
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT sminion.log_text('partner:' || nullif(r."for"::text, ''), 400), true FROM old_rows r UNION ALL SELECT 'employee:' || r."handled_by"::text, false FROM old_rows r UNION ALL SELECT 'customer:' || r."sender"::text, false FROM old_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
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

-- write_triggers:crm.message
-- Statement triggers, which fire once and see all rows of the statement, on the table and on each partition: one that is
-- named directly fires its own. `~guard_ticket` notes the ticket before the first row, the others record. The guard's own
-- UPDATE sets masks and nothing else (`sminion_owner` has no privilege for more), which is no clarification: UPDATE has a
-- trigger of its own, since a WHEN costs each statement 10 to 15 microseconds.
DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT '"crm"."message"'::pg_catalog.regclass
    UNION SELECT t.relid FROM pg_catalog.pg_partition_tree('"crm"."message"'::pg_catalog.regclass) t
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
    $trigger$, part, 'write_crm_message_72eec1');
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
          FROM (SELECT 'customer:' || r."customer_id"::text, true FROM new_rows r UNION ALL SELECT 'employee:' || r."employee_id"::text, false FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
      ELSE
        SELECT c.counted, c.lowest, c.highest, CASE WHEN c.counted = 1 THEN (%2$s) END
        INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT 'customer:' || r."customer_id"::text, true FROM old_rows r UNION ALL SELECT 'employee:' || r."employee_id"::text, false FROM old_rows r UNION ALL SELECT 'customer:' || r."customer_id"::text, false FROM new_rows r UNION ALL SELECT 'employee:' || r."employee_id"::text, false FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
        IF counted > 1 THEN
          columns := (%3$s);
        END IF;
      END IF;
    EXCEPTION WHEN undefined_column OR syntax_error THEN
      EXECUTE sminion.write_query(TG_RELID, TG_OP) INTO columns;
      IF TG_OP = 'INSERT' THEN
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT 'customer:' || r."customer_id"::text, true FROM new_rows r UNION ALL SELECT 'employee:' || r."employee_id"::text, false FROM new_rows r) AS s (subject, counts);
      ELSE
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT 'customer:' || r."customer_id"::text, true FROM old_rows r UNION ALL SELECT 'employee:' || r."employee_id"::text, false FROM old_rows r UNION ALL SELECT 'customer:' || r."customer_id"::text, false FROM new_rows r UNION ALL SELECT 'employee:' || r."employee_id"::text, false FROM new_rows r) AS s (subject, counts);
      END IF;
    END;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
    INTO counted, lowest, highest FROM (SELECT 'customer:' || r."customer_id"::text, true FROM old_rows r UNION ALL SELECT 'employee:' || r."employee_id"::text, false FROM old_rows r) AS s (subject, counts);
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
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT 'customer:' || r."customer_id"::text, true FROM new_rows r UNION ALL SELECT 'employee:' || r."employee_id"::text, false FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSIF TG_OP = 'UPDATE' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT 'customer:' || r."customer_id"::text, true FROM old_rows r UNION ALL SELECT 'employee:' || r."employee_id"::text, false FROM old_rows r UNION ALL SELECT 'customer:' || r."customer_id"::text, false FROM new_rows r UNION ALL SELECT 'employee:' || r."employee_id"::text, false FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSE
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT 'customer:' || r."customer_id"::text, true FROM old_rows r UNION ALL SELECT 'employee:' || r."employee_id"::text, false FROM old_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
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

-- write_function:write_hr_employee_f054b3 (as owner)
-- Trigger function of "hr"."employee" that records each write with its subjects. Its queries are made from the columns that the
-- table has now, which are more than the policy names; after a change of columns they fail, and the same is asked with
-- queries made anew, so that nothing is missed until the next `apply`. The body is a literal and not in dollar quotes,
-- because names of columns are the owner's of the table.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"hr"."employee"';
BEGIN
  EXECUTE pg_catalog.format(
    'CREATE OR REPLACE FUNCTION sminion.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
    || 'SET search_path = pg_catalog, pg_temp AS %L', 'write_hr_employee_f054b3', pg_catalog.format($body$
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
          FROM (SELECT 'employee:' || r."id"::text, true FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
      ELSE
        SELECT c.counted, c.lowest, c.highest, CASE WHEN c.counted = 1 THEN (%2$s) END
        INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT 'employee:' || r."id"::text, true FROM old_rows r UNION ALL SELECT 'employee:' || r."id"::text, false FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
        IF counted > 1 THEN
          columns := (%3$s);
        END IF;
      END IF;
    EXCEPTION WHEN undefined_column OR syntax_error THEN
      EXECUTE sminion.write_query(TG_RELID, TG_OP) INTO columns;
      IF TG_OP = 'INSERT' THEN
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT 'employee:' || r."id"::text, true FROM new_rows r) AS s (subject, counts);
      ELSE
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT 'employee:' || r."id"::text, true FROM old_rows r UNION ALL SELECT 'employee:' || r."id"::text, false FROM new_rows r) AS s (subject, counts);
      END IF;
    END;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
    INTO counted, lowest, highest FROM (SELECT 'employee:' || r."id"::text, true FROM old_rows r) AS s (subject, counts);
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
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT 'employee:' || r."id"::text, true FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSIF TG_OP = 'UPDATE' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT 'employee:' || r."id"::text, true FROM old_rows r UNION ALL SELECT 'employee:' || r."id"::text, false FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSE
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT 'employee:' || r."id"::text, true FROM old_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
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

-- write_triggers:hr.employee
-- Statement triggers, which fire once and see all rows of the statement, on the table and on each partition: one that is
-- named directly fires its own. `~guard_ticket` notes the ticket before the first row, the others record. The guard's own
-- UPDATE sets masks and nothing else (`sminion_owner` has no privilege for more), which is no clarification: UPDATE has a
-- trigger of its own, since a WHEN costs each statement 10 to 15 microseconds.
DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT '"hr"."employee"'::pg_catalog.regclass
    UNION SELECT t.relid FROM pg_catalog.pg_partition_tree('"hr"."employee"'::pg_catalog.regclass) t
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
    $trigger$, part, 'write_hr_employee_f054b3');
  END LOOP;
END
$sminion$;

-- write_function:write_hr_partner_025f03 (as owner)
-- Trigger function of "hr"."partner" that records each write with its subjects. Its queries are made from the columns that the
-- table has now, which are more than the policy names; after a change of columns they fail, and the same is asked with
-- queries made anew, so that nothing is missed until the next `apply`. The body is a literal and not in dollar quotes,
-- because names of columns are the owner's of the table.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"hr"."partner"';
BEGIN
  EXECUTE pg_catalog.format(
    'CREATE OR REPLACE FUNCTION sminion.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
    || 'SET search_path = pg_catalog, pg_temp AS %L', 'write_hr_partner_025f03', pg_catalog.format($body$
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
          FROM (SELECT sminion.log_text('partner:' || nullif(r."code"::text, ''), 400), true FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
      ELSE
        SELECT c.counted, c.lowest, c.highest, CASE WHEN c.counted = 1 THEN (%2$s) END
        INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT sminion.log_text('partner:' || nullif(r."code"::text, ''), 400), true FROM old_rows r UNION ALL SELECT sminion.log_text('partner:' || nullif(r."code"::text, ''), 400), false FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
        IF counted > 1 THEN
          columns := (%3$s);
        END IF;
      END IF;
    EXCEPTION WHEN undefined_column OR syntax_error THEN
      EXECUTE sminion.write_query(TG_RELID, TG_OP) INTO columns;
      IF TG_OP = 'INSERT' THEN
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT sminion.log_text('partner:' || nullif(r."code"::text, ''), 400), true FROM new_rows r) AS s (subject, counts);
      ELSE
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT sminion.log_text('partner:' || nullif(r."code"::text, ''), 400), true FROM old_rows r UNION ALL SELECT sminion.log_text('partner:' || nullif(r."code"::text, ''), 400), false FROM new_rows r) AS s (subject, counts);
      END IF;
    END;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
    INTO counted, lowest, highest FROM (SELECT sminion.log_text('partner:' || nullif(r."code"::text, ''), 400), true FROM old_rows r) AS s (subject, counts);
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
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT sminion.log_text('partner:' || nullif(r."code"::text, ''), 400), true FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSIF TG_OP = 'UPDATE' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT sminion.log_text('partner:' || nullif(r."code"::text, ''), 400), true FROM old_rows r UNION ALL SELECT sminion.log_text('partner:' || nullif(r."code"::text, ''), 400), false FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSE
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT sminion.log_text('partner:' || nullif(r."code"::text, ''), 400), true FROM old_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
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

-- write_triggers:hr.partner
-- Statement triggers, which fire once and see all rows of the statement, on the table and on each partition: one that is
-- named directly fires its own. `~guard_ticket` notes the ticket before the first row, the others record. The guard's own
-- UPDATE sets masks and nothing else (`sminion_owner` has no privilege for more), which is no clarification: UPDATE has a
-- trigger of its own, since a WHEN costs each statement 10 to 15 microseconds.
DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT '"hr"."partner"'::pg_catalog.regclass
    UNION SELECT t.relid FROM pg_catalog.pg_partition_tree('"hr"."partner"'::pg_catalog.regclass) t
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
    $trigger$, part, 'write_hr_partner_025f03');
  END LOOP;
END
$sminion$;

-- write_function:write_crm_orders_a18672 (as owner)
-- Trigger function of "crm"."orders" that records each write with its subjects. Its queries are made from the columns that the
-- table has now, which are more than the policy names; after a change of columns they fail, and the same is asked with
-- queries made anew, so that nothing is missed until the next `apply`. The body is a literal and not in dollar quotes,
-- because names of columns are the owner's of the table.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."orders"';
BEGIN
  EXECUTE pg_catalog.format(
    'CREATE OR REPLACE FUNCTION sminion.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
    || 'SET search_path = pg_catalog, pg_temp AS %L', 'write_crm_orders_a18672', pg_catalog.format($body$
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
          FROM (SELECT 'customer:' || r."guard_subject"::text, true FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
      ELSE
        SELECT c.counted, c.lowest, c.highest, CASE WHEN c.counted = 1 THEN (%2$s) END
        INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT 'customer:' || r."guard_subject"::text, true FROM old_rows r UNION ALL SELECT 'customer:' || r."guard_subject"::text, false FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
        IF counted > 1 THEN
          columns := (%3$s);
        END IF;
      END IF;
    EXCEPTION WHEN undefined_column OR syntax_error THEN
      EXECUTE sminion.write_query(TG_RELID, TG_OP) INTO columns;
      IF TG_OP = 'INSERT' THEN
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT 'customer:' || r."guard_subject"::text, true FROM new_rows r) AS s (subject, counts);
      ELSE
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT 'customer:' || r."guard_subject"::text, true FROM old_rows r UNION ALL SELECT 'customer:' || r."guard_subject"::text, false FROM new_rows r) AS s (subject, counts);
      END IF;
    END;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
    INTO counted, lowest, highest FROM (SELECT 'customer:' || r."guard_subject"::text, true FROM old_rows r) AS s (subject, counts);
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
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT 'customer:' || r."guard_subject"::text, true FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSIF TG_OP = 'UPDATE' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT 'customer:' || r."guard_subject"::text, true FROM old_rows r UNION ALL SELECT 'customer:' || r."guard_subject"::text, false FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSE
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT 'customer:' || r."guard_subject"::text, true FROM old_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
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

-- write_triggers:crm.orders
-- Statement triggers, which fire once and see all rows of the statement, on the table and on each partition: one that is
-- named directly fires its own. `~guard_ticket` notes the ticket before the first row, the others record. The guard's own
-- UPDATE sets masks and nothing else (`sminion_owner` has no privilege for more), which is no clarification: UPDATE has a
-- trigger of its own, since a WHEN costs each statement 10 to 15 microseconds.
DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT '"crm"."orders"'::pg_catalog.regclass
    UNION SELECT t.relid FROM pg_catalog.pg_partition_tree('"crm"."orders"'::pg_catalog.regclass) t
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
    $trigger$, part, 'write_crm_orders_a18672');
  END LOOP;
END
$sminion$;

-- write_function:write_hr_badge_e29225 (as owner)
-- Trigger function of "hr"."badge" that records each write with its subjects. Its queries are made from the columns that the
-- table has now, which are more than the policy names; after a change of columns they fail, and the same is asked with
-- queries made anew, so that nothing is missed until the next `apply`. The body is a literal and not in dollar quotes,
-- because names of columns are the owner's of the table.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"hr"."badge"';
BEGIN
  EXECUTE pg_catalog.format(
    'CREATE OR REPLACE FUNCTION sminion.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
    || 'SET search_path = pg_catalog, pg_temp AS %L', 'write_hr_badge_e29225', pg_catalog.format($body$
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
          FROM (SELECT 'employee:' || r."guard_subject"::text, true FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
      ELSE
        SELECT c.counted, c.lowest, c.highest, CASE WHEN c.counted = 1 THEN (%2$s) END
        INTO counted, lowest, highest, columns FROM (
          SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
          FROM (SELECT 'employee:' || r."guard_subject"::text, true FROM old_rows r UNION ALL SELECT 'employee:' || r."guard_subject"::text, false FROM new_rows r) AS s (subject, counts)) AS c (counted, lowest, highest);
        IF counted > 1 THEN
          columns := (%3$s);
        END IF;
      END IF;
    EXCEPTION WHEN undefined_column OR syntax_error THEN
      EXECUTE sminion.write_query(TG_RELID, TG_OP) INTO columns;
      IF TG_OP = 'INSERT' THEN
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT 'employee:' || r."guard_subject"::text, true FROM new_rows r) AS s (subject, counts);
      ELSE
        SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
        INTO counted, lowest, highest FROM (SELECT 'employee:' || r."guard_subject"::text, true FROM old_rows r UNION ALL SELECT 'employee:' || r."guard_subject"::text, false FROM new_rows r) AS s (subject, counts);
      END IF;
    END;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT count(*) FILTER (WHERE s.counts), min(s.subject COLLATE "C"), max(s.subject COLLATE "C")
    INTO counted, lowest, highest FROM (SELECT 'employee:' || r."guard_subject"::text, true FROM old_rows r) AS s (subject, counts);
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
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT 'employee:' || r."guard_subject"::text, true FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSIF TG_OP = 'UPDATE' THEN
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT 'employee:' || r."guard_subject"::text, true FROM old_rows r UNION ALL SELECT 'employee:' || r."guard_subject"::text, false FROM new_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
    SELECT (SELECT count(*) FROM person), ARRAY(SELECT p.subject FROM person p LIMIT listed) INTO persons, subjects;
  ELSE
    WITH person AS (SELECT DISTINCT s.subject FROM (SELECT 'employee:' || r."guard_subject"::text, true FROM old_rows r) AS s (subject, counts) WHERE s.subject IS NOT NULL)
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

-- write_triggers:hr.badge
-- Statement triggers, which fire once and see all rows of the statement, on the table and on each partition: one that is
-- named directly fires its own. `~guard_ticket` notes the ticket before the first row, the others record. The guard's own
-- UPDATE sets masks and nothing else (`sminion_owner` has no privilege for more), which is no clarification: UPDATE has a
-- trigger of its own, since a WHEN costs each statement 10 to 15 microseconds.
DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT '"hr"."badge"'::pg_catalog.regclass
    UNION SELECT t.relid FROM pg_catalog.pg_partition_tree('"hr"."badge"'::pg_catalog.regclass) t
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
    $trigger$, part, 'write_hr_badge_e29225');
  END LOOP;
END
$sminion$;

-- row_security:crm.customer
-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, no row of theirs is seen, whatever other policies they have. How it was before is
-- written down for the way back, once.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."customer"';
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

-- policy:crm.customer:guard_floor
DROP POLICY IF EXISTS "guard_floor" ON "crm"."customer";
CREATE POLICY "guard_floor" ON "crm"."customer" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['firm_news', 'firm_repair', 'firm_work', 'sminion_owner']::name[])));

-- policy:crm.customer:guard_refused
DROP POLICY IF EXISTS "guard_refused" ON "crm"."customer";
CREATE POLICY "guard_refused" ON "crm"."customer" AS PERMISSIVE FOR ALL TO PUBLIC USING (false);

-- others:crm.customer
-- A view that is not security_invoker reads with its owner's policies, while current_user is who asks: a compartment would
-- then be under none of its own, and under a permissive policy of the application it saw every row. So whoever else holds
-- anything on the table, its owner first, is refused by a policy of its own. Members of the two predefined roles hold it
-- without a grant. Compartments of an earlier policy are left out: their roles are dropped after this.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."customer"';
  others text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO others
  FROM pg_catalog.pg_roles r
  WHERE r.rolname <> ALL ('{"firm_news","firm_repair","firm_work","sminion_owner"}'::name[])
    AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = r.rolname)
    AND (r.rolname IN ('pg_read_all_data', 'pg_write_all_data')
      OR r.oid IN (
        SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
        WHERE t.attrelid = target AND NOT t.attisdropped));
  DROP POLICY IF EXISTS guard_others ON "crm"."customer";
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"crm"."customer"''::regclass, ARRAY[''firm_news'', ''firm_repair'', ''firm_work'']::name[])' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:crm.customer:guard_floor_firm_news
DROP POLICY IF EXISTS "guard_floor_firm_news" ON "crm"."customer";
CREATE POLICY "guard_floor_firm_news" ON "crm"."customer" AS RESTRICTIVE FOR ALL TO "firm_news" USING (("id" = ANY ((SELECT sminion.context_of_kind('firm_news', current_user, 'customer')::bigint[])::bigint[])) IS NOT TRUE AND "id" IS NOT NULL AND (guard_mask & 1::bigint) <> 0);

-- policy:crm.customer:guard_floor_firm_repair
DROP POLICY IF EXISTS "guard_floor_firm_repair" ON "crm"."customer";
CREATE POLICY "guard_floor_firm_repair" ON "crm"."customer" AS RESTRICTIVE FOR ALL TO "firm_repair" USING (("id" = (SELECT sminion.named_subject_of_kind('firm_repair', current_user, 'customer')::bigint)) AND ("id" = ANY ((SELECT sminion.context_of_kind('firm_repair', current_user, 'customer')::bigint[])::bigint[])) IS NOT TRUE AND "id" IS NOT NULL AND (guard_mask & 2::bigint) <> 0);

-- policy:crm.customer:guard_floor_firm_work
DROP POLICY IF EXISTS "guard_floor_firm_work" ON "crm"."customer";
CREATE POLICY "guard_floor_firm_work" ON "crm"."customer" AS RESTRICTIVE FOR ALL TO "firm_work" USING (("id" = ANY ((SELECT sminion.context_of_kind('firm_work', current_user, 'customer')::bigint[])::bigint[])) IS NOT TRUE AND "id" IS NOT NULL AND (guard_mask & 4::bigint) <> 0);

-- policy:crm.customer:guard_news_select
DROP POLICY IF EXISTS "guard_news_select" ON "crm"."customer";
CREATE POLICY "guard_news_select" ON "crm"."customer" AS PERMISSIVE FOR SELECT TO "firm_news" USING (true);

-- policy:crm.customer:guard_repair_select
DROP POLICY IF EXISTS "guard_repair_select" ON "crm"."customer";
CREATE POLICY "guard_repair_select" ON "crm"."customer" AS PERMISSIVE FOR SELECT TO "firm_repair" USING (true);

-- policy:crm.customer:guard_work_select
DROP POLICY IF EXISTS "guard_work_select" ON "crm"."customer";
CREATE POLICY "guard_work_select" ON "crm"."customer" AS PERMISSIVE FOR SELECT TO "firm_work" USING (true);

-- policy:crm.customer:guard_work_insert
DROP POLICY IF EXISTS "guard_work_insert" ON "crm"."customer";
CREATE POLICY "guard_work_insert" ON "crm"."customer" AS PERMISSIVE FOR INSERT TO "firm_work" WITH CHECK (true);

-- policy:crm.customer:guard_work_update
DROP POLICY IF EXISTS "guard_work_update" ON "crm"."customer";
CREATE POLICY "guard_work_update" ON "crm"."customer" AS PERMISSIVE FOR UPDATE TO "firm_work" USING (true) WITH CHECK (true);

-- policy:crm.customer:guard_work_delete
DROP POLICY IF EXISTS "guard_work_delete" ON "crm"."customer";
CREATE POLICY "guard_work_delete" ON "crm"."customer" AS PERMISSIVE FOR DELETE TO "firm_work" USING (true);

-- policy:crm.customer:guard_owner
DROP POLICY IF EXISTS "guard_owner" ON "crm"."customer";
CREATE POLICY "guard_owner" ON "crm"."customer" AS PERMISSIVE FOR ALL TO sminion_owner USING (true);

-- statistics:crm.guard_customer_news
-- Row security tests a bit of the mask: without these the planner guesses that nearly every row passes.
DROP STATISTICS IF EXISTS "crm"."guard_customer_news";
CREATE STATISTICS "crm"."guard_customer_news" ON (guard_mask & 1::bigint) FROM "crm"."customer";

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
CREATE POLICY "guard_floor" ON "crm"."gift" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['firm_news', 'firm_repair', 'firm_work', 'sminion_owner']::name[])));

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
  WHERE r.rolname <> ALL ('{"firm_news","firm_repair","firm_work","sminion_owner"}'::name[])
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
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"crm"."gift"''::regclass, ARRAY[''firm_news'', ''firm_repair'', ''firm_work'']::name[])' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:crm.gift:guard_floor_firm_news
DROP POLICY IF EXISTS "guard_floor_firm_news" ON "crm"."gift";
CREATE POLICY "guard_floor_firm_news" ON "crm"."gift" AS RESTRICTIVE FOR ALL TO "firm_news" USING (("giver" = ANY ((SELECT sminion.context_of_kind('firm_news', current_user, 'customer')::bigint[])::bigint[])) IS NOT TRUE AND ("taker" = ANY ((SELECT sminion.context_of_kind('firm_news', current_user, 'customer')::bigint[])::bigint[])) IS NOT TRUE AND (guard_mask & 1::bigint) <> 0);

-- policy:crm.gift:guard_floor_firm_repair
DROP POLICY IF EXISTS "guard_floor_firm_repair" ON "crm"."gift";
CREATE POLICY "guard_floor_firm_repair" ON "crm"."gift" AS RESTRICTIVE FOR ALL TO "firm_repair" USING (("giver" = (SELECT sminion.named_subject_of_kind('firm_repair', current_user, 'customer')::bigint) OR "taker" = (SELECT sminion.named_subject_of_kind('firm_repair', current_user, 'customer')::bigint)) AND ("giver" = ANY ((SELECT sminion.context_of_kind('firm_repair', current_user, 'customer')::bigint[])::bigint[])) IS NOT TRUE AND ("taker" = ANY ((SELECT sminion.context_of_kind('firm_repair', current_user, 'customer')::bigint[])::bigint[])) IS NOT TRUE AND sminion.named_alone('firm_repair', current_user, 'crm', ARRAY['customer:' || "giver"::text, 'customer:' || "taker"::text]) AND (guard_mask & 2::bigint) <> 0);

-- policy:crm.gift:guard_floor_firm_work
DROP POLICY IF EXISTS "guard_floor_firm_work" ON "crm"."gift";
CREATE POLICY "guard_floor_firm_work" ON "crm"."gift" AS RESTRICTIVE FOR ALL TO "firm_work" USING (("giver" = ANY ((SELECT sminion.context_of_kind('firm_work', current_user, 'customer')::bigint[])::bigint[])) IS NOT TRUE AND ("taker" = ANY ((SELECT sminion.context_of_kind('firm_work', current_user, 'customer')::bigint[])::bigint[])) IS NOT TRUE AND (guard_mask & 4::bigint) <> 0);

-- policy:crm.gift:guard_news_select
DROP POLICY IF EXISTS "guard_news_select" ON "crm"."gift";
CREATE POLICY "guard_news_select" ON "crm"."gift" AS PERMISSIVE FOR SELECT TO "firm_news" USING (true);

-- policy:crm.gift:guard_repair_select
DROP POLICY IF EXISTS "guard_repair_select" ON "crm"."gift";
CREATE POLICY "guard_repair_select" ON "crm"."gift" AS PERMISSIVE FOR SELECT TO "firm_repair" USING (true);

-- policy:crm.gift:guard_work_select
DROP POLICY IF EXISTS "guard_work_select" ON "crm"."gift";
CREATE POLICY "guard_work_select" ON "crm"."gift" AS PERMISSIVE FOR SELECT TO "firm_work" USING (true);

-- policy:crm.gift:guard_work_insert
DROP POLICY IF EXISTS "guard_work_insert" ON "crm"."gift";
CREATE POLICY "guard_work_insert" ON "crm"."gift" AS PERMISSIVE FOR INSERT TO "firm_work" WITH CHECK (true);

-- policy:crm.gift:guard_work_update
DROP POLICY IF EXISTS "guard_work_update" ON "crm"."gift";
CREATE POLICY "guard_work_update" ON "crm"."gift" AS PERMISSIVE FOR UPDATE TO "firm_work" USING (true) WITH CHECK (true);

-- policy:crm.gift:guard_work_delete
DROP POLICY IF EXISTS "guard_work_delete" ON "crm"."gift";
CREATE POLICY "guard_work_delete" ON "crm"."gift" AS PERMISSIVE FOR DELETE TO "firm_work" USING (true);

-- policy:crm.gift:guard_owner
DROP POLICY IF EXISTS "guard_owner" ON "crm"."gift";
CREATE POLICY "guard_owner" ON "crm"."gift" AS PERMISSIVE FOR ALL TO sminion_owner USING (true);

-- statistics:crm.guard_gift_news
-- Row security tests a bit of the mask: without these the planner guesses that nearly every row passes.
DROP STATISTICS IF EXISTS "crm"."guard_gift_news";
CREATE STATISTICS "crm"."guard_gift_news" ON (guard_mask & 1::bigint) FROM "crm"."gift";

-- row_security:crm.message
-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, no row of theirs is seen, whatever other policies they have. How it was before is
-- written down for the way back, once.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."message"';
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

-- policy:crm.message:guard_floor
DROP POLICY IF EXISTS "guard_floor" ON "crm"."message";
CREATE POLICY "guard_floor" ON "crm"."message" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['firm_news', 'firm_repair', 'firm_work', 'sminion_owner']::name[])));

-- policy:crm.message:guard_refused
DROP POLICY IF EXISTS "guard_refused" ON "crm"."message";
CREATE POLICY "guard_refused" ON "crm"."message" AS PERMISSIVE FOR ALL TO PUBLIC USING (false);

-- others:crm.message
-- A view that is not security_invoker reads with its owner's policies, while current_user is who asks: a compartment would
-- then be under none of its own, and under a permissive policy of the application it saw every row. So whoever else holds
-- anything on the table, its owner first, is refused by a policy of its own. Members of the two predefined roles hold it
-- without a grant. Compartments of an earlier policy are left out: their roles are dropped after this.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."message"';
  others text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO others
  FROM pg_catalog.pg_roles r
  WHERE r.rolname <> ALL ('{"firm_news","firm_repair","firm_work","sminion_owner"}'::name[])
    AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = r.rolname)
    AND (r.rolname IN ('pg_read_all_data', 'pg_write_all_data')
      OR r.oid IN (
        SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
        WHERE t.attrelid = target AND NOT t.attisdropped));
  DROP POLICY IF EXISTS guard_others ON "crm"."message";
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"crm"."message"''::regclass, ARRAY[''firm_news'', ''firm_repair'', ''firm_work'']::name[])' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:crm.message:guard_floor_firm_news
DROP POLICY IF EXISTS "guard_floor_firm_news" ON "crm"."message";
CREATE POLICY "guard_floor_firm_news" ON "crm"."message" AS RESTRICTIVE FOR ALL TO "firm_news" USING (("for" = ANY ((SELECT sminion.context_of_kind('firm_news', current_user, 'partner')::text[])::text[])) IS NOT TRUE AND ("handled_by" = ANY ((SELECT sminion.context_of_kind('firm_news', current_user, 'employee')::uuid[])::uuid[])) IS NOT TRUE AND ("sender" = ANY ((SELECT sminion.context_of_kind('firm_news', current_user, 'customer')::bigint[])::bigint[])) IS NOT TRUE AND "sender" IS NOT NULL AND (guard_mask & 1::bigint) <> 0);

-- policy:crm.message:guard_floor_firm_repair
DROP POLICY IF EXISTS "guard_floor_firm_repair" ON "crm"."message";
CREATE POLICY "guard_floor_firm_repair" ON "crm"."message" AS RESTRICTIVE FOR ALL TO "firm_repair" USING (("for" = (SELECT sminion.named_subject_of_kind('firm_repair', current_user, 'partner')::text) OR "handled_by" = (SELECT sminion.named_subject_of_kind('firm_repair', current_user, 'employee')::uuid) OR "sender" = (SELECT sminion.named_subject_of_kind('firm_repair', current_user, 'customer')::bigint)) AND ("for" = ANY ((SELECT sminion.context_of_kind('firm_repair', current_user, 'partner')::text[])::text[])) IS NOT TRUE AND ("handled_by" = ANY ((SELECT sminion.context_of_kind('firm_repair', current_user, 'employee')::uuid[])::uuid[])) IS NOT TRUE AND ("sender" = ANY ((SELECT sminion.context_of_kind('firm_repair', current_user, 'customer')::bigint[])::bigint[])) IS NOT TRUE AND "sender" IS NOT NULL AND sminion.named_alone('firm_repair', current_user, 'crm', ARRAY['partner:' || nullif("for"::text, ''), 'employee:' || "handled_by"::text, 'customer:' || "sender"::text]) AND (guard_mask & 2::bigint) <> 0);

-- policy:crm.message:guard_floor_firm_work
DROP POLICY IF EXISTS "guard_floor_firm_work" ON "crm"."message";
CREATE POLICY "guard_floor_firm_work" ON "crm"."message" AS RESTRICTIVE FOR ALL TO "firm_work" USING (("for" = ANY ((SELECT sminion.context_of_kind('firm_work', current_user, 'partner')::text[])::text[])) IS NOT TRUE AND ("handled_by" = ANY ((SELECT sminion.context_of_kind('firm_work', current_user, 'employee')::uuid[])::uuid[])) IS NOT TRUE AND ("sender" = ANY ((SELECT sminion.context_of_kind('firm_work', current_user, 'customer')::bigint[])::bigint[])) IS NOT TRUE AND "sender" IS NOT NULL AND (guard_mask & 4::bigint) <> 0);

-- policy:crm.message:guard_news_select
DROP POLICY IF EXISTS "guard_news_select" ON "crm"."message";
CREATE POLICY "guard_news_select" ON "crm"."message" AS PERMISSIVE FOR SELECT TO "firm_news" USING (true);

-- policy:crm.message:guard_repair_select
DROP POLICY IF EXISTS "guard_repair_select" ON "crm"."message";
CREATE POLICY "guard_repair_select" ON "crm"."message" AS PERMISSIVE FOR SELECT TO "firm_repair" USING (true);

-- policy:crm.message:guard_work_select
DROP POLICY IF EXISTS "guard_work_select" ON "crm"."message";
CREATE POLICY "guard_work_select" ON "crm"."message" AS PERMISSIVE FOR SELECT TO "firm_work" USING (true);

-- policy:crm.message:guard_work_insert
DROP POLICY IF EXISTS "guard_work_insert" ON "crm"."message";
CREATE POLICY "guard_work_insert" ON "crm"."message" AS PERMISSIVE FOR INSERT TO "firm_work" WITH CHECK (true);

-- policy:crm.message:guard_work_update
DROP POLICY IF EXISTS "guard_work_update" ON "crm"."message";
CREATE POLICY "guard_work_update" ON "crm"."message" AS PERMISSIVE FOR UPDATE TO "firm_work" USING (true) WITH CHECK (true);

-- policy:crm.message:guard_work_delete
DROP POLICY IF EXISTS "guard_work_delete" ON "crm"."message";
CREATE POLICY "guard_work_delete" ON "crm"."message" AS PERMISSIVE FOR DELETE TO "firm_work" USING (true);

-- policy:crm.message:guard_owner
DROP POLICY IF EXISTS "guard_owner" ON "crm"."message";
CREATE POLICY "guard_owner" ON "crm"."message" AS PERMISSIVE FOR ALL TO sminion_owner USING (true);

-- statistics:crm.guard_message_news
-- Row security tests a bit of the mask: without these the planner guesses that nearly every row passes.
DROP STATISTICS IF EXISTS "crm"."guard_message_news";
CREATE STATISTICS "crm"."guard_message_news" ON (guard_mask & 1::bigint) FROM "crm"."message";

-- row_security:crm.orders
-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, no row of theirs is seen, whatever other policies they have. How it was before is
-- written down for the way back, once.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."orders"';
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

-- policy:crm.orders:guard_floor
DROP POLICY IF EXISTS "guard_floor" ON "crm"."orders";
CREATE POLICY "guard_floor" ON "crm"."orders" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['firm_news', 'firm_repair', 'firm_work', 'sminion_owner']::name[])));

-- policy:crm.orders:guard_refused
DROP POLICY IF EXISTS "guard_refused" ON "crm"."orders";
CREATE POLICY "guard_refused" ON "crm"."orders" AS PERMISSIVE FOR ALL TO PUBLIC USING (false);

-- others:crm.orders
-- A view that is not security_invoker reads with its owner's policies, while current_user is who asks: a compartment would
-- then be under none of its own, and under a permissive policy of the application it saw every row. So whoever else holds
-- anything on the table, its owner first, is refused by a policy of its own. Members of the two predefined roles hold it
-- without a grant. Compartments of an earlier policy are left out: their roles are dropped after this.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"crm"."orders"';
  others text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO others
  FROM pg_catalog.pg_roles r
  WHERE r.rolname <> ALL ('{"firm_news","firm_repair","firm_work","sminion_owner"}'::name[])
    AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = r.rolname)
    AND (r.rolname IN ('pg_read_all_data', 'pg_write_all_data')
      OR r.oid IN (
        SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
        WHERE t.attrelid = target AND NOT t.attisdropped));
  DROP POLICY IF EXISTS guard_others ON "crm"."orders";
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"crm"."orders"''::regclass, ARRAY[''firm_news'', ''firm_repair'', ''firm_work'']::name[])' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:crm.orders:guard_floor_firm_news
DROP POLICY IF EXISTS "guard_floor_firm_news" ON "crm"."orders";
CREATE POLICY "guard_floor_firm_news" ON "crm"."orders" AS RESTRICTIVE FOR ALL TO "firm_news" USING (("guard_subject" = ANY ((SELECT sminion.context_of_kind('firm_news', current_user, 'customer')::bigint[])::bigint[])) IS NOT TRUE AND "guard_subject" IS NOT NULL AND (guard_mask & 1::bigint) <> 0);

-- policy:crm.orders:guard_floor_firm_repair
DROP POLICY IF EXISTS "guard_floor_firm_repair" ON "crm"."orders";
CREATE POLICY "guard_floor_firm_repair" ON "crm"."orders" AS RESTRICTIVE FOR ALL TO "firm_repair" USING (("guard_subject" = (SELECT sminion.named_subject_of_kind('firm_repair', current_user, 'customer')::bigint)) AND ("guard_subject" = ANY ((SELECT sminion.context_of_kind('firm_repair', current_user, 'customer')::bigint[])::bigint[])) IS NOT TRUE AND "guard_subject" IS NOT NULL AND (guard_mask & 2::bigint) <> 0);

-- policy:crm.orders:guard_floor_firm_work
DROP POLICY IF EXISTS "guard_floor_firm_work" ON "crm"."orders";
CREATE POLICY "guard_floor_firm_work" ON "crm"."orders" AS RESTRICTIVE FOR ALL TO "firm_work" USING (("guard_subject" = ANY ((SELECT sminion.context_of_kind('firm_work', current_user, 'customer')::bigint[])::bigint[])) IS NOT TRUE AND "guard_subject" IS NOT NULL AND (guard_mask & 4::bigint) <> 0);

-- policy:crm.orders:guard_news_select
DROP POLICY IF EXISTS "guard_news_select" ON "crm"."orders";
CREATE POLICY "guard_news_select" ON "crm"."orders" AS PERMISSIVE FOR SELECT TO "firm_news" USING (true);

-- policy:crm.orders:guard_repair_select
DROP POLICY IF EXISTS "guard_repair_select" ON "crm"."orders";
CREATE POLICY "guard_repair_select" ON "crm"."orders" AS PERMISSIVE FOR SELECT TO "firm_repair" USING (true);

-- policy:crm.orders:guard_work_select
DROP POLICY IF EXISTS "guard_work_select" ON "crm"."orders";
CREATE POLICY "guard_work_select" ON "crm"."orders" AS PERMISSIVE FOR SELECT TO "firm_work" USING (true);

-- policy:crm.orders:guard_work_insert
DROP POLICY IF EXISTS "guard_work_insert" ON "crm"."orders";
CREATE POLICY "guard_work_insert" ON "crm"."orders" AS PERMISSIVE FOR INSERT TO "firm_work" WITH CHECK (true);

-- policy:crm.orders:guard_work_update
DROP POLICY IF EXISTS "guard_work_update" ON "crm"."orders";
CREATE POLICY "guard_work_update" ON "crm"."orders" AS PERMISSIVE FOR UPDATE TO "firm_work" USING (true) WITH CHECK (true);

-- policy:crm.orders:guard_work_delete
DROP POLICY IF EXISTS "guard_work_delete" ON "crm"."orders";
CREATE POLICY "guard_work_delete" ON "crm"."orders" AS PERMISSIVE FOR DELETE TO "firm_work" USING (true);

-- policy:crm.orders:guard_owner
DROP POLICY IF EXISTS "guard_owner" ON "crm"."orders";
CREATE POLICY "guard_owner" ON "crm"."orders" AS PERMISSIVE FOR ALL TO sminion_owner USING (true);

-- statistics:crm.guard_orders_news
-- Row security tests a bit of the mask: without these the planner guesses that nearly every row passes.
DROP STATISTICS IF EXISTS "crm"."guard_orders_news";
CREATE STATISTICS "crm"."guard_orders_news" ON (guard_mask & 1::bigint) FROM "crm"."orders";

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
CREATE POLICY "guard_floor" ON "crm"."visit" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['firm_news', 'firm_repair', 'firm_work', 'sminion_owner']::name[])));

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
  WHERE r.rolname <> ALL ('{"firm_news","firm_repair","firm_work","sminion_owner"}'::name[])
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
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"crm"."visit"''::regclass, ARRAY[''firm_news'', ''firm_repair'', ''firm_work'']::name[])' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:crm.visit:guard_floor_firm_news
DROP POLICY IF EXISTS "guard_floor_firm_news" ON "crm"."visit";
CREATE POLICY "guard_floor_firm_news" ON "crm"."visit" AS RESTRICTIVE FOR ALL TO "firm_news" USING (("customer_id" = ANY ((SELECT sminion.context_of_kind('firm_news', current_user, 'customer')::bigint[])::bigint[])) IS NOT TRUE AND ("employee_id" = ANY ((SELECT sminion.context_of_kind('firm_news', current_user, 'employee')::uuid[])::uuid[])) IS NOT TRUE AND (guard_mask & 1::bigint) <> 0);

-- policy:crm.visit:guard_floor_firm_repair
DROP POLICY IF EXISTS "guard_floor_firm_repair" ON "crm"."visit";
CREATE POLICY "guard_floor_firm_repair" ON "crm"."visit" AS RESTRICTIVE FOR ALL TO "firm_repair" USING (("customer_id" = (SELECT sminion.named_subject_of_kind('firm_repair', current_user, 'customer')::bigint) OR "employee_id" = (SELECT sminion.named_subject_of_kind('firm_repair', current_user, 'employee')::uuid)) AND ("customer_id" = ANY ((SELECT sminion.context_of_kind('firm_repair', current_user, 'customer')::bigint[])::bigint[])) IS NOT TRUE AND ("employee_id" = ANY ((SELECT sminion.context_of_kind('firm_repair', current_user, 'employee')::uuid[])::uuid[])) IS NOT TRUE AND sminion.named_alone('firm_repair', current_user, 'crm', ARRAY['customer:' || "customer_id"::text, 'employee:' || "employee_id"::text]) AND (guard_mask & 2::bigint) <> 0);

-- policy:crm.visit:guard_floor_firm_work
DROP POLICY IF EXISTS "guard_floor_firm_work" ON "crm"."visit";
CREATE POLICY "guard_floor_firm_work" ON "crm"."visit" AS RESTRICTIVE FOR ALL TO "firm_work" USING (("customer_id" = ANY ((SELECT sminion.context_of_kind('firm_work', current_user, 'customer')::bigint[])::bigint[])) IS NOT TRUE AND ("employee_id" = ANY ((SELECT sminion.context_of_kind('firm_work', current_user, 'employee')::uuid[])::uuid[])) IS NOT TRUE AND (guard_mask & 4::bigint) <> 0);

-- policy:crm.visit:guard_news_select
DROP POLICY IF EXISTS "guard_news_select" ON "crm"."visit";
CREATE POLICY "guard_news_select" ON "crm"."visit" AS PERMISSIVE FOR SELECT TO "firm_news" USING (true);

-- policy:crm.visit:guard_repair_select
DROP POLICY IF EXISTS "guard_repair_select" ON "crm"."visit";
CREATE POLICY "guard_repair_select" ON "crm"."visit" AS PERMISSIVE FOR SELECT TO "firm_repair" USING (true);

-- policy:crm.visit:guard_work_select
DROP POLICY IF EXISTS "guard_work_select" ON "crm"."visit";
CREATE POLICY "guard_work_select" ON "crm"."visit" AS PERMISSIVE FOR SELECT TO "firm_work" USING (true);

-- policy:crm.visit:guard_work_insert
DROP POLICY IF EXISTS "guard_work_insert" ON "crm"."visit";
CREATE POLICY "guard_work_insert" ON "crm"."visit" AS PERMISSIVE FOR INSERT TO "firm_work" WITH CHECK (true);

-- policy:crm.visit:guard_work_update
DROP POLICY IF EXISTS "guard_work_update" ON "crm"."visit";
CREATE POLICY "guard_work_update" ON "crm"."visit" AS PERMISSIVE FOR UPDATE TO "firm_work" USING (true) WITH CHECK (true);

-- policy:crm.visit:guard_work_delete
DROP POLICY IF EXISTS "guard_work_delete" ON "crm"."visit";
CREATE POLICY "guard_work_delete" ON "crm"."visit" AS PERMISSIVE FOR DELETE TO "firm_work" USING (true);

-- policy:crm.visit:guard_owner
DROP POLICY IF EXISTS "guard_owner" ON "crm"."visit";
CREATE POLICY "guard_owner" ON "crm"."visit" AS PERMISSIVE FOR ALL TO sminion_owner USING (true);

-- statistics:crm.guard_visit_news
-- Row security tests a bit of the mask: without these the planner guesses that nearly every row passes.
DROP STATISTICS IF EXISTS "crm"."guard_visit_news";
CREATE STATISTICS "crm"."guard_visit_news" ON (guard_mask & 1::bigint) FROM "crm"."visit";

-- row_security:hr.badge
-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, no row of theirs is seen, whatever other policies they have. How it was before is
-- written down for the way back, once.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"hr"."badge"';
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

-- policy:hr.badge:guard_floor
DROP POLICY IF EXISTS "guard_floor" ON "hr"."badge";
CREATE POLICY "guard_floor" ON "hr"."badge" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['firm_news', 'firm_repair', 'firm_work', 'sminion_owner']::name[])));

-- policy:hr.badge:guard_refused
DROP POLICY IF EXISTS "guard_refused" ON "hr"."badge";
CREATE POLICY "guard_refused" ON "hr"."badge" AS PERMISSIVE FOR ALL TO PUBLIC USING (false);

-- others:hr.badge
-- A view that is not security_invoker reads with its owner's policies, while current_user is who asks: a compartment would
-- then be under none of its own, and under a permissive policy of the application it saw every row. So whoever else holds
-- anything on the table, its owner first, is refused by a policy of its own. Members of the two predefined roles hold it
-- without a grant. Compartments of an earlier policy are left out: their roles are dropped after this.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"hr"."badge"';
  others text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO others
  FROM pg_catalog.pg_roles r
  WHERE r.rolname <> ALL ('{"firm_news","firm_repair","firm_work","sminion_owner"}'::name[])
    AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = r.rolname)
    AND (r.rolname IN ('pg_read_all_data', 'pg_write_all_data')
      OR r.oid IN (
        SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
        WHERE t.attrelid = target AND NOT t.attisdropped));
  DROP POLICY IF EXISTS guard_others ON "hr"."badge";
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"hr"."badge"''::regclass, ARRAY[''firm_news'', ''firm_repair'', ''firm_work'']::name[])' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:hr.badge:guard_floor_firm_news
DROP POLICY IF EXISTS "guard_floor_firm_news" ON "hr"."badge";
CREATE POLICY "guard_floor_firm_news" ON "hr"."badge" AS RESTRICTIVE FOR ALL TO "firm_news" USING (("guard_subject" = ANY ((SELECT sminion.context_of_kind('firm_news', current_user, 'employee')::uuid[])::uuid[])) IS NOT TRUE AND "guard_subject" IS NOT NULL AND (guard_mask & 1::bigint) <> 0);

-- policy:hr.badge:guard_floor_firm_repair
DROP POLICY IF EXISTS "guard_floor_firm_repair" ON "hr"."badge";
CREATE POLICY "guard_floor_firm_repair" ON "hr"."badge" AS RESTRICTIVE FOR ALL TO "firm_repair" USING (("guard_subject" = (SELECT sminion.named_subject_of_kind('firm_repair', current_user, 'employee')::uuid)) AND ("guard_subject" = ANY ((SELECT sminion.context_of_kind('firm_repair', current_user, 'employee')::uuid[])::uuid[])) IS NOT TRUE AND "guard_subject" IS NOT NULL AND (guard_mask & 2::bigint) <> 0);

-- policy:hr.badge:guard_floor_firm_work
DROP POLICY IF EXISTS "guard_floor_firm_work" ON "hr"."badge";
CREATE POLICY "guard_floor_firm_work" ON "hr"."badge" AS RESTRICTIVE FOR ALL TO "firm_work" USING (("guard_subject" = ANY ((SELECT sminion.context_of_kind('firm_work', current_user, 'employee')::uuid[])::uuid[])) IS NOT TRUE AND "guard_subject" IS NOT NULL AND (guard_mask & 4::bigint) <> 0);

-- policy:hr.badge:guard_news_select
DROP POLICY IF EXISTS "guard_news_select" ON "hr"."badge";
CREATE POLICY "guard_news_select" ON "hr"."badge" AS PERMISSIVE FOR SELECT TO "firm_news" USING (true);

-- policy:hr.badge:guard_repair_select
DROP POLICY IF EXISTS "guard_repair_select" ON "hr"."badge";
CREATE POLICY "guard_repair_select" ON "hr"."badge" AS PERMISSIVE FOR SELECT TO "firm_repair" USING (true);

-- policy:hr.badge:guard_work_select
DROP POLICY IF EXISTS "guard_work_select" ON "hr"."badge";
CREATE POLICY "guard_work_select" ON "hr"."badge" AS PERMISSIVE FOR SELECT TO "firm_work" USING (true);

-- policy:hr.badge:guard_work_insert
DROP POLICY IF EXISTS "guard_work_insert" ON "hr"."badge";
CREATE POLICY "guard_work_insert" ON "hr"."badge" AS PERMISSIVE FOR INSERT TO "firm_work" WITH CHECK (true);

-- policy:hr.badge:guard_work_update
DROP POLICY IF EXISTS "guard_work_update" ON "hr"."badge";
CREATE POLICY "guard_work_update" ON "hr"."badge" AS PERMISSIVE FOR UPDATE TO "firm_work" USING (true) WITH CHECK (true);

-- policy:hr.badge:guard_work_delete
DROP POLICY IF EXISTS "guard_work_delete" ON "hr"."badge";
CREATE POLICY "guard_work_delete" ON "hr"."badge" AS PERMISSIVE FOR DELETE TO "firm_work" USING (true);

-- policy:hr.badge:guard_owner
DROP POLICY IF EXISTS "guard_owner" ON "hr"."badge";
CREATE POLICY "guard_owner" ON "hr"."badge" AS PERMISSIVE FOR ALL TO sminion_owner USING (true);

-- statistics:hr.guard_badge_news
-- Row security tests a bit of the mask: without these the planner guesses that nearly every row passes.
DROP STATISTICS IF EXISTS "hr"."guard_badge_news";
CREATE STATISTICS "hr"."guard_badge_news" ON (guard_mask & 1::bigint) FROM "hr"."badge";

-- row_security:hr.employee
-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, no row of theirs is seen, whatever other policies they have. How it was before is
-- written down for the way back, once.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"hr"."employee"';
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

-- policy:hr.employee:guard_floor
DROP POLICY IF EXISTS "guard_floor" ON "hr"."employee";
CREATE POLICY "guard_floor" ON "hr"."employee" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['firm_news', 'firm_repair', 'firm_work', 'sminion_owner']::name[])));

-- policy:hr.employee:guard_refused
DROP POLICY IF EXISTS "guard_refused" ON "hr"."employee";
CREATE POLICY "guard_refused" ON "hr"."employee" AS PERMISSIVE FOR ALL TO PUBLIC USING (false);

-- others:hr.employee
-- A view that is not security_invoker reads with its owner's policies, while current_user is who asks: a compartment would
-- then be under none of its own, and under a permissive policy of the application it saw every row. So whoever else holds
-- anything on the table, its owner first, is refused by a policy of its own. Members of the two predefined roles hold it
-- without a grant. Compartments of an earlier policy are left out: their roles are dropped after this.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"hr"."employee"';
  others text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO others
  FROM pg_catalog.pg_roles r
  WHERE r.rolname <> ALL ('{"firm_news","firm_repair","firm_work","sminion_owner"}'::name[])
    AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = r.rolname)
    AND (r.rolname IN ('pg_read_all_data', 'pg_write_all_data')
      OR r.oid IN (
        SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
        WHERE t.attrelid = target AND NOT t.attisdropped));
  DROP POLICY IF EXISTS guard_others ON "hr"."employee";
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"hr"."employee"''::regclass, ARRAY[''firm_news'', ''firm_repair'', ''firm_work'']::name[])' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:hr.employee:guard_floor_firm_news
DROP POLICY IF EXISTS "guard_floor_firm_news" ON "hr"."employee";
CREATE POLICY "guard_floor_firm_news" ON "hr"."employee" AS RESTRICTIVE FOR ALL TO "firm_news" USING (("id" = ANY ((SELECT sminion.context_of_kind('firm_news', current_user, 'employee')::uuid[])::uuid[])) IS NOT TRUE AND "id" IS NOT NULL AND (guard_mask & 1::bigint) <> 0);

-- policy:hr.employee:guard_floor_firm_repair
DROP POLICY IF EXISTS "guard_floor_firm_repair" ON "hr"."employee";
CREATE POLICY "guard_floor_firm_repair" ON "hr"."employee" AS RESTRICTIVE FOR ALL TO "firm_repair" USING (("id" = (SELECT sminion.named_subject_of_kind('firm_repair', current_user, 'employee')::uuid)) AND ("id" = ANY ((SELECT sminion.context_of_kind('firm_repair', current_user, 'employee')::uuid[])::uuid[])) IS NOT TRUE AND "id" IS NOT NULL AND (guard_mask & 2::bigint) <> 0);

-- policy:hr.employee:guard_floor_firm_work
DROP POLICY IF EXISTS "guard_floor_firm_work" ON "hr"."employee";
CREATE POLICY "guard_floor_firm_work" ON "hr"."employee" AS RESTRICTIVE FOR ALL TO "firm_work" USING (("id" = ANY ((SELECT sminion.context_of_kind('firm_work', current_user, 'employee')::uuid[])::uuid[])) IS NOT TRUE AND "id" IS NOT NULL AND (guard_mask & 4::bigint) <> 0);

-- policy:hr.employee:guard_news_select
DROP POLICY IF EXISTS "guard_news_select" ON "hr"."employee";
CREATE POLICY "guard_news_select" ON "hr"."employee" AS PERMISSIVE FOR SELECT TO "firm_news" USING (true);

-- policy:hr.employee:guard_repair_select
DROP POLICY IF EXISTS "guard_repair_select" ON "hr"."employee";
CREATE POLICY "guard_repair_select" ON "hr"."employee" AS PERMISSIVE FOR SELECT TO "firm_repair" USING (true);

-- policy:hr.employee:guard_work_select
DROP POLICY IF EXISTS "guard_work_select" ON "hr"."employee";
CREATE POLICY "guard_work_select" ON "hr"."employee" AS PERMISSIVE FOR SELECT TO "firm_work" USING (true);

-- policy:hr.employee:guard_work_insert
DROP POLICY IF EXISTS "guard_work_insert" ON "hr"."employee";
CREATE POLICY "guard_work_insert" ON "hr"."employee" AS PERMISSIVE FOR INSERT TO "firm_work" WITH CHECK (true);

-- policy:hr.employee:guard_work_update
DROP POLICY IF EXISTS "guard_work_update" ON "hr"."employee";
CREATE POLICY "guard_work_update" ON "hr"."employee" AS PERMISSIVE FOR UPDATE TO "firm_work" USING (true) WITH CHECK (true);

-- policy:hr.employee:guard_work_delete
DROP POLICY IF EXISTS "guard_work_delete" ON "hr"."employee";
CREATE POLICY "guard_work_delete" ON "hr"."employee" AS PERMISSIVE FOR DELETE TO "firm_work" USING (true);

-- policy:hr.employee:guard_owner
DROP POLICY IF EXISTS "guard_owner" ON "hr"."employee";
CREATE POLICY "guard_owner" ON "hr"."employee" AS PERMISSIVE FOR ALL TO sminion_owner USING (true);

-- statistics:hr.guard_employee_news
-- Row security tests a bit of the mask: without these the planner guesses that nearly every row passes.
DROP STATISTICS IF EXISTS "hr"."guard_employee_news";
CREATE STATISTICS "hr"."guard_employee_news" ON (guard_mask & 1::bigint) FROM "hr"."employee";

-- row_security:hr.partner
-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, no row of theirs is seen, whatever other policies they have. How it was before is
-- written down for the way back, once.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"hr"."partner"';
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

-- policy:hr.partner:guard_floor
DROP POLICY IF EXISTS "guard_floor" ON "hr"."partner";
CREATE POLICY "guard_floor" ON "hr"."partner" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['firm_news', 'firm_repair', 'firm_work', 'sminion_owner']::name[])));

-- policy:hr.partner:guard_refused
DROP POLICY IF EXISTS "guard_refused" ON "hr"."partner";
CREATE POLICY "guard_refused" ON "hr"."partner" AS PERMISSIVE FOR ALL TO PUBLIC USING (false);

-- others:hr.partner
-- A view that is not security_invoker reads with its owner's policies, while current_user is who asks: a compartment would
-- then be under none of its own, and under a permissive policy of the application it saw every row. So whoever else holds
-- anything on the table, its owner first, is refused by a policy of its own. Members of the two predefined roles hold it
-- without a grant. Compartments of an earlier policy are left out: their roles are dropped after this.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"hr"."partner"';
  others text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO others
  FROM pg_catalog.pg_roles r
  WHERE r.rolname <> ALL ('{"firm_news","firm_repair","firm_work","sminion_owner"}'::name[])
    AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = r.rolname)
    AND (r.rolname IN ('pg_read_all_data', 'pg_write_all_data')
      OR r.oid IN (
        SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
        WHERE t.attrelid = target AND NOT t.attisdropped));
  DROP POLICY IF EXISTS guard_others ON "hr"."partner";
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"hr"."partner"''::regclass, ARRAY[''firm_news'', ''firm_repair'', ''firm_work'']::name[])' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:hr.partner:guard_floor_firm_news
DROP POLICY IF EXISTS "guard_floor_firm_news" ON "hr"."partner";
CREATE POLICY "guard_floor_firm_news" ON "hr"."partner" AS RESTRICTIVE FOR ALL TO "firm_news" USING (("code" = ANY ((SELECT sminion.context_of_kind('firm_news', current_user, 'partner')::text[])::text[])) IS NOT TRUE AND "code" IS NOT NULL AND (guard_mask & 1::bigint) <> 0);

-- policy:hr.partner:guard_floor_firm_repair
DROP POLICY IF EXISTS "guard_floor_firm_repair" ON "hr"."partner";
CREATE POLICY "guard_floor_firm_repair" ON "hr"."partner" AS RESTRICTIVE FOR ALL TO "firm_repair" USING (("code" = (SELECT sminion.named_subject_of_kind('firm_repair', current_user, 'partner')::text)) AND ("code" = ANY ((SELECT sminion.context_of_kind('firm_repair', current_user, 'partner')::text[])::text[])) IS NOT TRUE AND "code" IS NOT NULL AND (guard_mask & 2::bigint) <> 0);

-- policy:hr.partner:guard_floor_firm_work
DROP POLICY IF EXISTS "guard_floor_firm_work" ON "hr"."partner";
CREATE POLICY "guard_floor_firm_work" ON "hr"."partner" AS RESTRICTIVE FOR ALL TO "firm_work" USING (("code" = ANY ((SELECT sminion.context_of_kind('firm_work', current_user, 'partner')::text[])::text[])) IS NOT TRUE AND "code" IS NOT NULL AND (guard_mask & 4::bigint) <> 0);

-- policy:hr.partner:guard_news_select
DROP POLICY IF EXISTS "guard_news_select" ON "hr"."partner";
CREATE POLICY "guard_news_select" ON "hr"."partner" AS PERMISSIVE FOR SELECT TO "firm_news" USING (true);

-- policy:hr.partner:guard_repair_select
DROP POLICY IF EXISTS "guard_repair_select" ON "hr"."partner";
CREATE POLICY "guard_repair_select" ON "hr"."partner" AS PERMISSIVE FOR SELECT TO "firm_repair" USING (true);

-- policy:hr.partner:guard_work_select
DROP POLICY IF EXISTS "guard_work_select" ON "hr"."partner";
CREATE POLICY "guard_work_select" ON "hr"."partner" AS PERMISSIVE FOR SELECT TO "firm_work" USING (true);

-- policy:hr.partner:guard_work_insert
DROP POLICY IF EXISTS "guard_work_insert" ON "hr"."partner";
CREATE POLICY "guard_work_insert" ON "hr"."partner" AS PERMISSIVE FOR INSERT TO "firm_work" WITH CHECK (true);

-- policy:hr.partner:guard_work_update
DROP POLICY IF EXISTS "guard_work_update" ON "hr"."partner";
CREATE POLICY "guard_work_update" ON "hr"."partner" AS PERMISSIVE FOR UPDATE TO "firm_work" USING (true) WITH CHECK (true);

-- policy:hr.partner:guard_work_delete
DROP POLICY IF EXISTS "guard_work_delete" ON "hr"."partner";
CREATE POLICY "guard_work_delete" ON "hr"."partner" AS PERMISSIVE FOR DELETE TO "firm_work" USING (true);

-- policy:hr.partner:guard_owner
DROP POLICY IF EXISTS "guard_owner" ON "hr"."partner";
CREATE POLICY "guard_owner" ON "hr"."partner" AS PERMISSIVE FOR ALL TO sminion_owner USING (true);

-- statistics:hr.guard_partner_news
-- Row security tests a bit of the mask: without these the planner guesses that nearly every row passes.
DROP STATISTICS IF EXISTS "hr"."guard_partner_news";
CREATE STATISTICS "hr"."guard_partner_news" ON (guard_mask & 1::bigint) FROM "hr"."partner";

-- schema_usage:crm:firm_news
GRANT USAGE ON SCHEMA "crm" TO "firm_news";

-- schema_usage:hr:firm_news
GRANT USAGE ON SCHEMA "hr" TO "firm_news";

-- schema_usage:crm:firm_repair
GRANT USAGE ON SCHEMA "crm" TO "firm_repair";

-- schema_usage:hr:firm_repair
GRANT USAGE ON SCHEMA "hr" TO "firm_repair";

-- schema_usage:crm:firm_work
GRANT USAGE ON SCHEMA "crm" TO "firm_work";

-- schema_usage:hr:firm_work
GRANT USAGE ON SCHEMA "hr" TO "firm_work";

-- column_grant:crm.customer:firm_news
REVOKE ALL ON TABLE "crm"."customer" FROM "firm_news";
GRANT SELECT ("id", "name") ON TABLE "crm"."customer" TO "firm_news";

-- column_grant:crm.customer:firm_repair
REVOKE ALL ON TABLE "crm"."customer" FROM "firm_repair";
GRANT SELECT ("id", "name") ON TABLE "crm"."customer" TO "firm_repair";

-- column_grant:crm.customer:firm_work
REVOKE ALL ON TABLE "crm"."customer" FROM "firm_work";
GRANT SELECT ("id", "name"), INSERT ("id", "name"), UPDATE ("name"), DELETE ON TABLE "crm"."customer" TO "firm_work";

-- sequence_usage:crm.customer:firm_work
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
    WHERE s.relkind = 'S' AND f.adrelid = '"crm"."customer"'::pg_catalog.regclass
    UNION
    SELECT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
    WHERE s.relkind = 'S' AND d.refobjid = '"crm"."customer"'::pg_catalog.regclass
  LOOP
    EXECUTE pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO "firm_work"', read);
  END LOOP;
END
$sminion$;

-- column_grant:crm.gift:firm_news
REVOKE ALL ON TABLE "crm"."gift" FROM "firm_news";
GRANT SELECT ("giver", "taker", "what") ON TABLE "crm"."gift" TO "firm_news";

-- column_grant:crm.gift:firm_repair
REVOKE ALL ON TABLE "crm"."gift" FROM "firm_repair";
GRANT SELECT ("giver", "taker", "what") ON TABLE "crm"."gift" TO "firm_repair";

-- column_grant:crm.gift:firm_work
REVOKE ALL ON TABLE "crm"."gift" FROM "firm_work";
GRANT SELECT ("giver", "taker", "what"), INSERT ("giver", "taker", "what"), UPDATE ("what"), DELETE ON TABLE "crm"."gift" TO "firm_work";

-- sequence_usage:crm.gift:firm_work
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
    EXECUTE pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO "firm_work"', read);
  END LOOP;
END
$sminion$;

-- column_grant:crm.message:firm_news
REVOKE ALL ON TABLE "crm"."message" FROM "firm_news";
GRANT SELECT ("body", "for", "handled_by", "id", "sender") ON TABLE "crm"."message" TO "firm_news";

-- column_grant:crm.message:firm_repair
REVOKE ALL ON TABLE "crm"."message" FROM "firm_repair";
GRANT SELECT ("body", "for", "handled_by", "id", "sender") ON TABLE "crm"."message" TO "firm_repair";

-- column_grant:crm.message:firm_work
REVOKE ALL ON TABLE "crm"."message" FROM "firm_work";
GRANT SELECT ("body", "for", "handled_by", "id", "sender"), INSERT ("body", "for", "handled_by", "id", "sender"), UPDATE ("body"), DELETE ON TABLE "crm"."message" TO "firm_work";

-- sequence_usage:crm.message:firm_work
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
    WHERE s.relkind = 'S' AND f.adrelid = '"crm"."message"'::pg_catalog.regclass
    UNION
    SELECT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
    WHERE s.relkind = 'S' AND d.refobjid = '"crm"."message"'::pg_catalog.regclass
  LOOP
    EXECUTE pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO "firm_work"', read);
  END LOOP;
END
$sminion$;

-- column_grant:crm.orders:firm_news
REVOKE ALL ON TABLE "crm"."orders" FROM "firm_news";
GRANT SELECT ("customer_id", "id", "what") ON TABLE "crm"."orders" TO "firm_news";

-- column_grant:crm.orders:firm_repair
REVOKE ALL ON TABLE "crm"."orders" FROM "firm_repair";
GRANT SELECT ("customer_id", "id", "what") ON TABLE "crm"."orders" TO "firm_repair";

-- column_grant:crm.orders:firm_work
REVOKE ALL ON TABLE "crm"."orders" FROM "firm_work";
GRANT SELECT ("customer_id", "id", "what"), INSERT ("customer_id", "id", "what"), UPDATE ("what"), DELETE ON TABLE "crm"."orders" TO "firm_work";

-- sequence_usage:crm.orders:firm_work
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
    WHERE s.relkind = 'S' AND f.adrelid = '"crm"."orders"'::pg_catalog.regclass
    UNION
    SELECT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
    WHERE s.relkind = 'S' AND d.refobjid = '"crm"."orders"'::pg_catalog.regclass
  LOOP
    EXECUTE pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO "firm_work"', read);
  END LOOP;
END
$sminion$;

-- column_grant:crm.visit:firm_news
REVOKE ALL ON TABLE "crm"."visit" FROM "firm_news";
GRANT SELECT ("at", "customer_id", "employee_id") ON TABLE "crm"."visit" TO "firm_news";

-- column_grant:crm.visit:firm_repair
REVOKE ALL ON TABLE "crm"."visit" FROM "firm_repair";
GRANT SELECT ("at", "customer_id", "employee_id") ON TABLE "crm"."visit" TO "firm_repair";

-- column_grant:crm.visit:firm_work
REVOKE ALL ON TABLE "crm"."visit" FROM "firm_work";
GRANT SELECT ("at", "customer_id", "employee_id"), INSERT ("at", "customer_id", "employee_id"), UPDATE ("at"), DELETE ON TABLE "crm"."visit" TO "firm_work";

-- sequence_usage:crm.visit:firm_work
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
    EXECUTE pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO "firm_work"', read);
  END LOOP;
END
$sminion$;

-- column_grant:hr.badge:firm_news
REVOKE ALL ON TABLE "hr"."badge" FROM "firm_news";
GRANT SELECT ("at", "employee_id", "no") ON TABLE "hr"."badge" TO "firm_news";

-- column_grant:hr.badge:firm_repair
REVOKE ALL ON TABLE "hr"."badge" FROM "firm_repair";
GRANT SELECT ("at", "employee_id", "no") ON TABLE "hr"."badge" TO "firm_repair";

-- column_grant:hr.badge:firm_work
REVOKE ALL ON TABLE "hr"."badge" FROM "firm_work";
GRANT SELECT ("at", "employee_id", "no"), INSERT ("at", "employee_id", "no"), UPDATE ("at"), DELETE ON TABLE "hr"."badge" TO "firm_work";

-- sequence_usage:hr.badge:firm_work
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
    WHERE s.relkind = 'S' AND f.adrelid = '"hr"."badge"'::pg_catalog.regclass
    UNION
    SELECT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
    WHERE s.relkind = 'S' AND d.refobjid = '"hr"."badge"'::pg_catalog.regclass
  LOOP
    EXECUTE pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO "firm_work"', read);
  END LOOP;
END
$sminion$;

-- column_grant:hr.employee:firm_news
REVOKE ALL ON TABLE "hr"."employee" FROM "firm_news";
GRANT SELECT ("id", "name") ON TABLE "hr"."employee" TO "firm_news";

-- column_grant:hr.employee:firm_repair
REVOKE ALL ON TABLE "hr"."employee" FROM "firm_repair";
GRANT SELECT ("id", "name") ON TABLE "hr"."employee" TO "firm_repair";

-- column_grant:hr.employee:firm_work
REVOKE ALL ON TABLE "hr"."employee" FROM "firm_work";
GRANT SELECT ("id", "name"), INSERT ("id", "name"), UPDATE ("name"), DELETE ON TABLE "hr"."employee" TO "firm_work";

-- sequence_usage:hr.employee:firm_work
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
    WHERE s.relkind = 'S' AND f.adrelid = '"hr"."employee"'::pg_catalog.regclass
    UNION
    SELECT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
    WHERE s.relkind = 'S' AND d.refobjid = '"hr"."employee"'::pg_catalog.regclass
  LOOP
    EXECUTE pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO "firm_work"', read);
  END LOOP;
END
$sminion$;

-- column_grant:hr.partner:firm_news
REVOKE ALL ON TABLE "hr"."partner" FROM "firm_news";
GRANT SELECT ("code", "name") ON TABLE "hr"."partner" TO "firm_news";

-- column_grant:hr.partner:firm_repair
REVOKE ALL ON TABLE "hr"."partner" FROM "firm_repair";
GRANT SELECT ("code", "name") ON TABLE "hr"."partner" TO "firm_repair";

-- column_grant:hr.partner:firm_work
REVOKE ALL ON TABLE "hr"."partner" FROM "firm_work";
GRANT SELECT ("code", "name"), INSERT ("code", "name"), UPDATE ("name"), DELETE ON TABLE "hr"."partner" TO "firm_work";

-- sequence_usage:hr.partner:firm_work
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
    WHERE s.relkind = 'S' AND f.adrelid = '"hr"."partner"'::pg_catalog.regclass
    UNION
    SELECT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
    WHERE s.relkind = 'S' AND d.refobjid = '"hr"."partner"'::pg_catalog.regclass
  LOOP
    EXECUTE pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO "firm_work"', read);
  END LOOP;
END
$sminion$;

-- holdings:firm_news
-- What the role holds beside the policy is taken away. A privilege that another than the owner gave outlives the owner's
-- REVOKE, so what is left is taken away as whoever gave it, where the installing role may. What is left then is named at
-- the end of `apply`, which refuses.
DO $sminion$
DECLARE
  more   record;
  second boolean;
BEGIN
  FOREACH second IN ARRAY ARRAY[false, true] LOOP
    FOR more IN SELECT e.item, e.undo, e.grantor FROM sminion.role_excess('firm_news', '{"members":["firm_app"],"neutral":{},"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)","context_of_kind(name, name, text)","named_subject_of_kind(name, name, text)"],"schemas":["crm","hr"],"tables":{"crm":{"customer":{"SELECT":["id","name"]},"gift":{"SELECT":["giver","taker","what"]},"message":{"SELECT":["body","for","handled_by","id","sender"]},"orders":{"SELECT":["customer_id","id","what"]},"visit":{"SELECT":["at","customer_id","employee_id"]}},"hr":{"badge":{"SELECT":["at","employee_id","no"]},"employee":{"SELECT":["id","name"]},"partner":{"SELECT":["code","name"]}}}}'::pg_catalog.jsonb) e LOOP
      CONTINUE WHEN more.undo IS NULL OR (second AND more.grantor IS NULL);
      BEGIN
        IF second THEN
          PERFORM pg_catalog.set_config('role', more.grantor, true);
        END IF;
        EXECUTE more.undo;
        RAISE NOTICE 'taken away: compartment % also held %', 'firm_news', more.item;
      EXCEPTION WHEN insufficient_privilege OR undefined_object OR invalid_grant_operation OR dependent_objects_still_exist THEN
        NULL;
      END;
      PERFORM pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
    END LOOP;
  END LOOP;
END
$sminion$;

-- holdings:firm_repair
-- What the role holds beside the policy is taken away. A privilege that another than the owner gave outlives the owner's
-- REVOKE, so what is left is taken away as whoever gave it, where the installing role may. What is left then is named at
-- the end of `apply`, which refuses.
DO $sminion$
DECLARE
  more   record;
  second boolean;
BEGIN
  FOREACH second IN ARRAY ARRAY[false, true] LOOP
    FOR more IN SELECT e.item, e.undo, e.grantor FROM sminion.role_excess('firm_repair', '{"members":["firm_desk"],"neutral":{},"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)","context_of_kind(name, name, text)","named_subject_of_kind(name, name, text)"],"schemas":["crm","hr"],"tables":{"crm":{"customer":{"SELECT":["id","name"]},"gift":{"SELECT":["giver","taker","what"]},"message":{"SELECT":["body","for","handled_by","id","sender"]},"orders":{"SELECT":["customer_id","id","what"]},"visit":{"SELECT":["at","customer_id","employee_id"]}},"hr":{"badge":{"SELECT":["at","employee_id","no"]},"employee":{"SELECT":["id","name"]},"partner":{"SELECT":["code","name"]}}}}'::pg_catalog.jsonb) e LOOP
      CONTINUE WHEN more.undo IS NULL OR (second AND more.grantor IS NULL);
      BEGIN
        IF second THEN
          PERFORM pg_catalog.set_config('role', more.grantor, true);
        END IF;
        EXECUTE more.undo;
        RAISE NOTICE 'taken away: compartment % also held %', 'firm_repair', more.item;
      EXCEPTION WHEN insufficient_privilege OR undefined_object OR invalid_grant_operation OR dependent_objects_still_exist THEN
        NULL;
      END;
      PERFORM pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
    END LOOP;
  END LOOP;
END
$sminion$;

-- holdings:firm_work
-- What the role holds beside the policy is taken away. A privilege that another than the owner gave outlives the owner's
-- REVOKE, so what is left is taken away as whoever gave it, where the installing role may. What is left then is named at
-- the end of `apply`, which refuses.
DO $sminion$
DECLARE
  more   record;
  second boolean;
BEGIN
  FOREACH second IN ARRAY ARRAY[false, true] LOOP
    FOR more IN SELECT e.item, e.undo, e.grantor FROM sminion.role_excess('firm_work', '{"members":["firm_app"],"neutral":{},"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)","context_of_kind(name, name, text)","named_subject_of_kind(name, name, text)"],"schemas":["crm","hr"],"tables":{"crm":{"customer":{"DELETE":[],"INSERT":["id","name"],"SELECT":["id","name"],"UPDATE":["name"]},"gift":{"DELETE":[],"INSERT":["giver","taker","what"],"SELECT":["giver","taker","what"],"UPDATE":["what"]},"message":{"DELETE":[],"INSERT":["body","for","handled_by","id","sender"],"SELECT":["body","for","handled_by","id","sender"],"UPDATE":["body"]},"orders":{"DELETE":[],"INSERT":["customer_id","id","what"],"SELECT":["customer_id","id","what"],"UPDATE":["what"]},"visit":{"DELETE":[],"INSERT":["at","customer_id","employee_id"],"SELECT":["at","customer_id","employee_id"],"UPDATE":["at"]}},"hr":{"badge":{"DELETE":[],"INSERT":["at","employee_id","no"],"SELECT":["at","employee_id","no"],"UPDATE":["at"]},"employee":{"DELETE":[],"INSERT":["id","name"],"SELECT":["id","name"],"UPDATE":["name"]},"partner":{"DELETE":[],"INSERT":["code","name"],"SELECT":["code","name"],"UPDATE":["name"]}}}}'::pg_catalog.jsonb) e LOOP
      CONTINUE WHEN more.undo IS NULL OR (second AND more.grantor IS NULL);
      BEGIN
        IF second THEN
          PERFORM pg_catalog.set_config('role', more.grantor, true);
        END IF;
        EXECUTE more.undo;
        RAISE NOTICE 'taken away: compartment % also held %', 'firm_work', more.item;
      EXCEPTION WHEN insufficient_privilege OR undefined_object OR invalid_grant_operation OR dependent_objects_still_exist THEN
        NULL;
      END;
      PERFORM pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
    END LOOP;
  END LOOP;
END
$sminion$;

-- guard_closed:firm
-- As in holdings: first as the owner, then as whoever gave it.
DO $sminion$
DECLARE
  more   record;
  second boolean;
BEGIN
  FOREACH second IN ARRAY ARRAY[false, true] LOOP
    FOR more IN SELECT e.item, e.undo, e.grantor FROM sminion.guard_excess('{"firm_app":{"journal":true,"routines":["open_ticket(text, text, text, text[], text, text, text, jsonb, text, text, bigint)","enter(text)","session_facts()","policy_in_force()","context(name, name)","open_log()","knows_log(bigint, text)","log_shape(jsonb)","maintain(boolean)","maintain_step(text)","count_journal(integer, boolean)"],"views":[]},"firm_auditor":{"routines":["policy_in_force()","object_states()","state_holders(text)","blind_tables()","unfolded_entries()","unfolded_writes()","fold_holders()","leaves(bigint, bigint)","stray_rows()","silent_tickets(date)","consent_differences()","record_checkpoint(bigint, bytea, text)","report_restore(text)","ledger_size(bigint)","ledger_events(bigint, bigint)","record_reading(text, text, text, timestamptz, timestamptz, text, text)","explanations()","explained_accesses(bigint)","accesses_of(text, timestamptz, timestamptz, timestamptz, bigint)","retention_status(boolean)","other_keys(text)"],"views":["access_log","ticket_minutes","journal_minutes","statement_log","refusals","subject_access","write_log","log_faults","dropped_log","ddl_suspension","act","subject_history","consent_register","request_status","request_history","clarifications","calendar","report","obligation_status","disclosures","transfers","disclosure_register","destruction_status","destruction_event","destruction","certificate","hold","merged_subjects","subject_status","settle_status","pending_changes","settle_problems","maintenance_status","retention_progress","policy_version","installed_object","tile","tree_state","checkpoint"]},"firm_desk":{"journal":true,"routines":["open_ticket(text, text, text, text[], text, text, text, jsonb, text, text, bigint)","enter(text)","session_facts()","policy_in_force()","context(name, name)","open_log()","knows_log(bigint, text)","log_shape(jsonb)","maintain(boolean)","maintain_step(text)","count_journal(integer, boolean)"],"views":[]},"firm_maintenance":{"routines":["settle(integer, integer)","remask(integer)","backfill(integer)","await_older(interval)","extend_log(integer)","state_holders(text)","blind_tables()","maintain(boolean)","maintain_step(text)","fold_holders()","purge_batch(text, integer, boolean)","retention_status(boolean)","expired_partitions()","drop_expired_partition(text)","check_partition(oid)","record_drop(oid)"],"views":["settle_status","pending_changes","settle_problems","maintenance_status","retention_progress"]},"firm_news":{"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)","context_of_kind(name, name, text)","named_subject_of_kind(name, name, text)"],"views":[]},"firm_privacy_officer":{"routines":["policy_in_force()","merge_subjects(text, text, text, text, text, text, bigint)","merge_subjects(anynonarray, anynonarray, text, text, text, text, bigint)","unmerge_subjects(text, text, text, text, text, text, bigint)","unmerge_subjects(anynonarray, anynonarray, text, text, text, text, bigint)","block(text, text, text, text, text[], timestamptz)","block(anynonarray, text, text, text, text[], timestamptz)","unblock(text, text, text, text, text[])","unblock(anynonarray, text, text, text, text[])","give_consent(text, text, text, text, text, timestamptz, bytea, text, timestamptz)","give_consent(anynonarray, text, text, text, text, timestamptz, bytea, text, timestamptz)","refuse_consent(text, text, text, text, text, timestamptz, bytea, text)","refuse_consent(anynonarray, text, text, text, text, timestamptz, bytea, text)","withdraw_consent(text, text, text, text, text)","withdraw_consent(anynonarray, text, text, text, text)","object(text, text, text, text, text)","object(anynonarray, text, text, text, text)","withdraw_objection(text, text, text, text, text)","withdraw_objection(anynonarray, text, text, text, text)","give_consents(text[], text, text, text, text)","import_consents(text[], text[], text[], timestamptz[], bytea[], text[], timestamptz[], text[], text, text)","consent_differences()","withdraw_consents(text[], text, text, text, text)","object_all(text[], text, text, text, text)","block_all(text[], text, text, text)","revoke_ticket(bigint, text)","await_older(interval)","block_and_wait(text, text, text, interval, text, text[], timestamptz)","block_and_wait(anynonarray, text, text, interval, text, text[], timestamptz)","state_holders(text)","blind_tables()","suspend_ddl_guard(text, timestamptz)","resume_ddl_guard(text)","open_request(text, text, text, text, text, timestamptz, text, text, text, text, text, text[])","open_request(anynonarray, text, text, text, text, timestamptz, text, text, text, text, text, text[])","identify_request(bigint, text, text)","assign_request(bigint, text, text, text)","note_request(bigint, text, text)","extend_request(bigint, text, text)","close_request(bigint, text, text, bigint, text, boolean)","plan_destruction(bigint, boolean)","begin_destruction(bigint, text, boolean, text)","destroy_batch(bigint, integer)","purge_batch(text, integer, boolean)","retention_status(boolean)","expired_partitions()","forget_pseudonym_key(text)","rotate_pseudonyms(text, text)","hold_data(text, text, text, text, text, timestamptz, text, text)","release_hold(bigint, text, text)","record_verification(bigint, jsonb, text)","keep_certificate(bigint, text, text)","record_disclosure(text, text, text[], text[], text, timestamptz, text, text)","settle_obligation(bigint, text, text, text)","load_calendar(text, text, date, date, date, date[], date[])","begin_report(text, text, bigint, text)","report_tables(bigint)","report_rows(bigint, text, text)","report_restore(text)","accept_restore(text, boolean)","ledger_size(bigint)","ledger_events(bigint, bigint)","ledger_people(bytea, bytea[])","end_replay(text, bigint, bigint, text)","replay_decision(text, bigint, text, timestamptz, text, text, jsonb)","drop_log(date, text)","erase_from_log(text, text, text)","record_reading(text, text, text, timestamptz, timestamptz, text, text)","unfolded_entries()","unfolded_writes()","fold_holders()","explanations()","explained_accesses(bigint)","accesses_of(text, timestamptz, timestamptz, timestamptz, bigint)","other_keys(text)"],"views":["access_log","ticket_minutes","journal_minutes","statement_log","refusals","subject_access","write_log","log_faults","dropped_log","ddl_suspension","act","subject_history","consent_register","request_status","request_history","clarifications","calendar","report","obligation_status","disclosures","transfers","disclosure_register","destruction_status","destruction_event","destruction","certificate","hold","merged_subjects","subject_status","settle_status","pending_changes","settle_problems","maintenance_status","retention_progress","policy_version"]},"firm_repair":{"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)","context_of_kind(name, name, text)","named_subject_of_kind(name, name, text)"],"views":[]},"firm_work":{"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)","context_of_kind(name, name, text)","named_subject_of_kind(name, name, text)"],"views":[]}}'::pg_catalog.jsonb, '[["crm","customer"],["crm","gift"],["crm","message"],["crm","visit"],["hr","employee"],["hr","partner"],["crm","orders"],["hr","badge"]]'::pg_catalog.jsonb) e LOOP
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
