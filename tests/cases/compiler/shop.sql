-- role:shop_accounting
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'shop_accounting') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'shop_accounting' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy shop'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'shop_accounting'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "shop_accounting" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "shop_accounting" IS 'sminion_guard: role of policy shop';
  END IF;
END
$sminion$;

-- role:shop_auditor
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'shop_auditor') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'shop_auditor' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy shop'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'shop_auditor'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "shop_auditor" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "shop_auditor" IS 'sminion_guard: role of policy shop';
  END IF;
END
$sminion$;

-- role:shop_contract
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'shop_contract') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'shop_contract' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy shop'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'shop_contract'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "shop_contract" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "shop_contract" IS 'sminion_guard: role of policy shop';
  END IF;
END
$sminion$;

-- role:shop_maintenance
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'shop_maintenance') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'shop_maintenance' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy shop'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'shop_maintenance'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "shop_maintenance" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "shop_maintenance" IS 'sminion_guard: role of policy shop';
  END IF;
END
$sminion$;

-- role:shop_marketing
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'shop_marketing') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'shop_marketing' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy shop'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'shop_marketing'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "shop_marketing" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "shop_marketing" IS 'sminion_guard: role of policy shop';
  END IF;
END
$sminion$;

-- role:shop_privacy_officer
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'shop_privacy_officer') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'shop_privacy_officer' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy shop'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'shop_privacy_officer'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "shop_privacy_officer" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "shop_privacy_officer" IS 'sminion_guard: role of policy shop';
  END IF;
END
$sminion$;

-- role:shop_rectification
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'shop_rectification') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'shop_rectification' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy shop'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'shop_rectification'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "shop_rectification" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "shop_rectification" IS 'sminion_guard: role of policy shop';
  END IF;
END
$sminion$;

-- membership:shop_all:shop_accounting
-- A login that may own what is protected keeps its attributes and what it may grant: it is above the policy as it is, and
-- what it inherits opens no row, since row security asks for the role that acts.
DO $sminion$
BEGIN
  IF pg_catalog.current_setting('server_version_num')::integer >= 160000 THEN
    -- Inheritance belongs to the membership: granted once more, an earlier grant of ours is mended too.
    EXECUTE 'GRANT "shop_accounting" TO "shop_all" WITH ADMIN FALSE, INHERIT FALSE, SET TRUE';
  ELSE
    -- Inheritance belongs to the login, so it must be gone before the grant.
    IF NOT false AND (SELECT r.rolinherit FROM pg_catalog.pg_roles r WHERE r.rolname = 'shop_all') THEN
      RAISE WARNING 'login % inherited the privileges of its roles: changed to NOINHERIT', 'shop_all'
        USING ERRCODE = 'SG455';
      ALTER ROLE "shop_all" NOINHERIT;
    END IF;
    GRANT "shop_accounting" TO "shop_all";
    IF NOT false AND pg_catalog.pg_has_role('shop_all', 'shop_accounting', 'MEMBER WITH ADMIN OPTION') THEN
      RAISE WARNING 'login % could grant role %: admin option revoked', 'shop_all', 'shop_accounting'
        USING ERRCODE = 'SG455';
      REVOKE ADMIN OPTION FOR "shop_accounting" FROM "shop_all";
    END IF;
  END IF;
  IF NOT false AND (pg_catalog.pg_has_role('shop_all', 'shop_accounting', 'USAGE')
                          OR pg_catalog.pg_has_role('shop_all', 'shop_accounting', 'MEMBER WITH ADMIN OPTION'))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG404',
      MESSAGE = pg_catalog.format('login `%s` inherits or may grant `%s`', 'shop_all', 'shop_accounting'),
      DETAIL = 'It has the membership in another way too: from another grantor, or through another role.',
      HINT = 'Revoke the other membership (see pg_auth_members), then apply again.';
  END IF;
END
$sminion$;

-- membership:shop_all:shop_contract
-- A login that may own what is protected keeps its attributes and what it may grant: it is above the policy as it is, and
-- what it inherits opens no row, since row security asks for the role that acts.
DO $sminion$
BEGIN
  IF pg_catalog.current_setting('server_version_num')::integer >= 160000 THEN
    -- Inheritance belongs to the membership: granted once more, an earlier grant of ours is mended too.
    EXECUTE 'GRANT "shop_contract" TO "shop_all" WITH ADMIN FALSE, INHERIT FALSE, SET TRUE';
  ELSE
    -- Inheritance belongs to the login, so it must be gone before the grant.
    IF NOT false AND (SELECT r.rolinherit FROM pg_catalog.pg_roles r WHERE r.rolname = 'shop_all') THEN
      RAISE WARNING 'login % inherited the privileges of its roles: changed to NOINHERIT', 'shop_all'
        USING ERRCODE = 'SG455';
      ALTER ROLE "shop_all" NOINHERIT;
    END IF;
    GRANT "shop_contract" TO "shop_all";
    IF NOT false AND pg_catalog.pg_has_role('shop_all', 'shop_contract', 'MEMBER WITH ADMIN OPTION') THEN
      RAISE WARNING 'login % could grant role %: admin option revoked', 'shop_all', 'shop_contract'
        USING ERRCODE = 'SG455';
      REVOKE ADMIN OPTION FOR "shop_contract" FROM "shop_all";
    END IF;
  END IF;
  IF NOT false AND (pg_catalog.pg_has_role('shop_all', 'shop_contract', 'USAGE')
                          OR pg_catalog.pg_has_role('shop_all', 'shop_contract', 'MEMBER WITH ADMIN OPTION'))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG404',
      MESSAGE = pg_catalog.format('login `%s` inherits or may grant `%s`', 'shop_all', 'shop_contract'),
      DETAIL = 'It has the membership in another way too: from another grantor, or through another role.',
      HINT = 'Revoke the other membership (see pg_auth_members), then apply again.';
  END IF;
END
$sminion$;

-- membership:shop_all:shop_marketing
-- A login that may own what is protected keeps its attributes and what it may grant: it is above the policy as it is, and
-- what it inherits opens no row, since row security asks for the role that acts.
DO $sminion$
BEGIN
  IF pg_catalog.current_setting('server_version_num')::integer >= 160000 THEN
    -- Inheritance belongs to the membership: granted once more, an earlier grant of ours is mended too.
    EXECUTE 'GRANT "shop_marketing" TO "shop_all" WITH ADMIN FALSE, INHERIT FALSE, SET TRUE';
  ELSE
    -- Inheritance belongs to the login, so it must be gone before the grant.
    IF NOT false AND (SELECT r.rolinherit FROM pg_catalog.pg_roles r WHERE r.rolname = 'shop_all') THEN
      RAISE WARNING 'login % inherited the privileges of its roles: changed to NOINHERIT', 'shop_all'
        USING ERRCODE = 'SG455';
      ALTER ROLE "shop_all" NOINHERIT;
    END IF;
    GRANT "shop_marketing" TO "shop_all";
    IF NOT false AND pg_catalog.pg_has_role('shop_all', 'shop_marketing', 'MEMBER WITH ADMIN OPTION') THEN
      RAISE WARNING 'login % could grant role %: admin option revoked', 'shop_all', 'shop_marketing'
        USING ERRCODE = 'SG455';
      REVOKE ADMIN OPTION FOR "shop_marketing" FROM "shop_all";
    END IF;
  END IF;
  IF NOT false AND (pg_catalog.pg_has_role('shop_all', 'shop_marketing', 'USAGE')
                          OR pg_catalog.pg_has_role('shop_all', 'shop_marketing', 'MEMBER WITH ADMIN OPTION'))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG404',
      MESSAGE = pg_catalog.format('login `%s` inherits or may grant `%s`', 'shop_all', 'shop_marketing'),
      DETAIL = 'It has the membership in another way too: from another grantor, or through another role.',
      HINT = 'Revoke the other membership (see pg_auth_members), then apply again.';
  END IF;
END
$sminion$;

-- membership:shop_all:shop_rectification
-- A login that may own what is protected keeps its attributes and what it may grant: it is above the policy as it is, and
-- what it inherits opens no row, since row security asks for the role that acts.
DO $sminion$
BEGIN
  IF pg_catalog.current_setting('server_version_num')::integer >= 160000 THEN
    -- Inheritance belongs to the membership: granted once more, an earlier grant of ours is mended too.
    EXECUTE 'GRANT "shop_rectification" TO "shop_all" WITH ADMIN FALSE, INHERIT FALSE, SET TRUE';
  ELSE
    -- Inheritance belongs to the login, so it must be gone before the grant.
    IF NOT false AND (SELECT r.rolinherit FROM pg_catalog.pg_roles r WHERE r.rolname = 'shop_all') THEN
      RAISE WARNING 'login % inherited the privileges of its roles: changed to NOINHERIT', 'shop_all'
        USING ERRCODE = 'SG455';
      ALTER ROLE "shop_all" NOINHERIT;
    END IF;
    GRANT "shop_rectification" TO "shop_all";
    IF NOT false AND pg_catalog.pg_has_role('shop_all', 'shop_rectification', 'MEMBER WITH ADMIN OPTION') THEN
      RAISE WARNING 'login % could grant role %: admin option revoked', 'shop_all', 'shop_rectification'
        USING ERRCODE = 'SG455';
      REVOKE ADMIN OPTION FOR "shop_rectification" FROM "shop_all";
    END IF;
  END IF;
  IF NOT false AND (pg_catalog.pg_has_role('shop_all', 'shop_rectification', 'USAGE')
                          OR pg_catalog.pg_has_role('shop_all', 'shop_rectification', 'MEMBER WITH ADMIN OPTION'))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG404',
      MESSAGE = pg_catalog.format('login `%s` inherits or may grant `%s`', 'shop_all', 'shop_rectification'),
      DETAIL = 'It has the membership in another way too: from another grantor, or through another role.',
      HINT = 'Revoke the other membership (see pg_auth_members), then apply again.';
  END IF;
END
$sminion$;

-- membership:shop_app:shop_accounting
-- A login that may own what is protected keeps its attributes and what it may grant: it is above the policy as it is, and
-- what it inherits opens no row, since row security asks for the role that acts.
DO $sminion$
BEGIN
  IF pg_catalog.current_setting('server_version_num')::integer >= 160000 THEN
    -- Inheritance belongs to the membership: granted once more, an earlier grant of ours is mended too.
    EXECUTE 'GRANT "shop_accounting" TO "shop_app" WITH ADMIN FALSE, INHERIT FALSE, SET TRUE';
  ELSE
    -- Inheritance belongs to the login, so it must be gone before the grant.
    IF NOT false AND (SELECT r.rolinherit FROM pg_catalog.pg_roles r WHERE r.rolname = 'shop_app') THEN
      RAISE WARNING 'login % inherited the privileges of its roles: changed to NOINHERIT', 'shop_app'
        USING ERRCODE = 'SG455';
      ALTER ROLE "shop_app" NOINHERIT;
    END IF;
    GRANT "shop_accounting" TO "shop_app";
    IF NOT false AND pg_catalog.pg_has_role('shop_app', 'shop_accounting', 'MEMBER WITH ADMIN OPTION') THEN
      RAISE WARNING 'login % could grant role %: admin option revoked', 'shop_app', 'shop_accounting'
        USING ERRCODE = 'SG455';
      REVOKE ADMIN OPTION FOR "shop_accounting" FROM "shop_app";
    END IF;
  END IF;
  IF NOT false AND (pg_catalog.pg_has_role('shop_app', 'shop_accounting', 'USAGE')
                          OR pg_catalog.pg_has_role('shop_app', 'shop_accounting', 'MEMBER WITH ADMIN OPTION'))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG404',
      MESSAGE = pg_catalog.format('login `%s` inherits or may grant `%s`', 'shop_app', 'shop_accounting'),
      DETAIL = 'It has the membership in another way too: from another grantor, or through another role.',
      HINT = 'Revoke the other membership (see pg_auth_members), then apply again.';
  END IF;
END
$sminion$;

-- membership:shop_app:shop_contract
-- A login that may own what is protected keeps its attributes and what it may grant: it is above the policy as it is, and
-- what it inherits opens no row, since row security asks for the role that acts.
DO $sminion$
BEGIN
  IF pg_catalog.current_setting('server_version_num')::integer >= 160000 THEN
    -- Inheritance belongs to the membership: granted once more, an earlier grant of ours is mended too.
    EXECUTE 'GRANT "shop_contract" TO "shop_app" WITH ADMIN FALSE, INHERIT FALSE, SET TRUE';
  ELSE
    -- Inheritance belongs to the login, so it must be gone before the grant.
    IF NOT false AND (SELECT r.rolinherit FROM pg_catalog.pg_roles r WHERE r.rolname = 'shop_app') THEN
      RAISE WARNING 'login % inherited the privileges of its roles: changed to NOINHERIT', 'shop_app'
        USING ERRCODE = 'SG455';
      ALTER ROLE "shop_app" NOINHERIT;
    END IF;
    GRANT "shop_contract" TO "shop_app";
    IF NOT false AND pg_catalog.pg_has_role('shop_app', 'shop_contract', 'MEMBER WITH ADMIN OPTION') THEN
      RAISE WARNING 'login % could grant role %: admin option revoked', 'shop_app', 'shop_contract'
        USING ERRCODE = 'SG455';
      REVOKE ADMIN OPTION FOR "shop_contract" FROM "shop_app";
    END IF;
  END IF;
  IF NOT false AND (pg_catalog.pg_has_role('shop_app', 'shop_contract', 'USAGE')
                          OR pg_catalog.pg_has_role('shop_app', 'shop_contract', 'MEMBER WITH ADMIN OPTION'))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG404',
      MESSAGE = pg_catalog.format('login `%s` inherits or may grant `%s`', 'shop_app', 'shop_contract'),
      DETAIL = 'It has the membership in another way too: from another grantor, or through another role.',
      HINT = 'Revoke the other membership (see pg_auth_members), then apply again.';
  END IF;
END
$sminion$;

-- membership:shop_newsletter:shop_marketing
-- A login that may own what is protected keeps its attributes and what it may grant: it is above the policy as it is, and
-- what it inherits opens no row, since row security asks for the role that acts.
DO $sminion$
BEGIN
  IF pg_catalog.current_setting('server_version_num')::integer >= 160000 THEN
    -- Inheritance belongs to the membership: granted once more, an earlier grant of ours is mended too.
    EXECUTE 'GRANT "shop_marketing" TO "shop_newsletter" WITH ADMIN FALSE, INHERIT FALSE, SET TRUE';
  ELSE
    -- Inheritance belongs to the login, so it must be gone before the grant.
    IF NOT false AND (SELECT r.rolinherit FROM pg_catalog.pg_roles r WHERE r.rolname = 'shop_newsletter') THEN
      RAISE WARNING 'login % inherited the privileges of its roles: changed to NOINHERIT', 'shop_newsletter'
        USING ERRCODE = 'SG455';
      ALTER ROLE "shop_newsletter" NOINHERIT;
    END IF;
    GRANT "shop_marketing" TO "shop_newsletter";
    IF NOT false AND pg_catalog.pg_has_role('shop_newsletter', 'shop_marketing', 'MEMBER WITH ADMIN OPTION') THEN
      RAISE WARNING 'login % could grant role %: admin option revoked', 'shop_newsletter', 'shop_marketing'
        USING ERRCODE = 'SG455';
      REVOKE ADMIN OPTION FOR "shop_marketing" FROM "shop_newsletter";
    END IF;
  END IF;
  IF NOT false AND (pg_catalog.pg_has_role('shop_newsletter', 'shop_marketing', 'USAGE')
                          OR pg_catalog.pg_has_role('shop_newsletter', 'shop_marketing', 'MEMBER WITH ADMIN OPTION'))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG404',
      MESSAGE = pg_catalog.format('login `%s` inherits or may grant `%s`', 'shop_newsletter', 'shop_marketing'),
      DETAIL = 'It has the membership in another way too: from another grantor, or through another role.',
      HINT = 'Revoke the other membership (see pg_auth_members), then apply again.';
  END IF;
END
$sminion$;

-- closed_database:shop
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
           OR a.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ('{"shop_all","shop_app","shop_newsletter"}'::pg_catalog.name[])))
    UNION ALL
    SELECT pg_catalog.format('SCHEMA %I', n.nspname), a.privilege_type, a.grantee, n.nspowner
    FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) a
    WHERE a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner
      AND (a.grantee = 0
           OR a.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ('{"shop_all","shop_app","shop_newsletter"}'::pg_catalog.name[])))
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
           OR a.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ('{"shop_all","shop_app","shop_newsletter"}'::pg_catalog.name[])))
    UNION ALL
    SELECT pg_catalog.format('SCHEMA %I', n.nspname), a.privilege_type, a.grantee
    FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) a
    WHERE a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner
      AND (a.grantee = 0
           OR a.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ('{"shop_all","shop_app","shop_newsletter"}'::pg_catalog.name[])))
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
       OR g.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ('{"shop_all","shop_app","shop_newsletter"}'::pg_catalog.name[]))
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

-- closed_schema:marketing
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
      WHERE n.nspname = 'marketing'
      UNION ALL
      SELECT '', pg_catalog.format(CASE c.relkind WHEN 'S' THEN 'SEQUENCE %I.%I' ELSE 'TABLE %I.%I' END, n.nspname, c.relname),
             a.privilege_type, a.grantee, a.is_grantable
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, pg_catalog.aclexplode(c.relacl) a
      WHERE n.nspname = 'marketing'
      UNION ALL
      SELECT '', pg_catalog.format('TABLE %I.%I', n.nspname, c.relname),
             pg_catalog.format('%s (%I)', a.privilege_type, t.attname), a.grantee, a.is_grantable
      FROM pg_catalog.pg_attribute t
      JOIN pg_catalog.pg_class c ON c.oid = t.attrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, pg_catalog.aclexplode(t.attacl) a
      WHERE n.nspname = 'marketing' AND NOT t.attisdropped
      UNION ALL
      -- Only definer functions: they act with their owner's privileges. Others act with the caller's, and defaults and
      -- constraints need them.
      SELECT '', pg_catalog.format('%s %s', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.oid::pg_catalog.regprocedure),
             a.privilege_type, a.grantee, a.is_grantable
      FROM pg_catalog.pg_proc p
      JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace,
           pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
      WHERE n.nspname = 'marketing' AND p.prosecdef AND p.prokind IN ('f', 'p', 'w')
      UNION ALL
      -- What the next table, sequence or function there would be open to.
      SELECT pg_catalog.format('ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA %I ', f.defaclrole::pg_catalog.regrole, n.nspname),
             CASE f.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' ELSE 'ROUTINES' END,
             a.privilege_type, a.grantee, a.is_grantable
      FROM pg_catalog.pg_default_acl f
      JOIN pg_catalog.pg_namespace n ON n.oid = f.defaclnamespace, pg_catalog.aclexplode(f.defaclacl) a
      WHERE n.nspname = 'marketing' AND f.defaclobjtype IN ('r', 'S', 'f')
    ) AS g (defaults, object, privilege, grantee, is_grantable)
    WHERE g.grantee = 0
       OR g.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ('{"shop_all","shop_app","shop_newsletter"}'::pg_catalog.name[]))
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

-- closed_schema:sales
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
      WHERE n.nspname = 'sales'
      UNION ALL
      SELECT '', pg_catalog.format(CASE c.relkind WHEN 'S' THEN 'SEQUENCE %I.%I' ELSE 'TABLE %I.%I' END, n.nspname, c.relname),
             a.privilege_type, a.grantee, a.is_grantable
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, pg_catalog.aclexplode(c.relacl) a
      WHERE n.nspname = 'sales'
      UNION ALL
      SELECT '', pg_catalog.format('TABLE %I.%I', n.nspname, c.relname),
             pg_catalog.format('%s (%I)', a.privilege_type, t.attname), a.grantee, a.is_grantable
      FROM pg_catalog.pg_attribute t
      JOIN pg_catalog.pg_class c ON c.oid = t.attrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, pg_catalog.aclexplode(t.attacl) a
      WHERE n.nspname = 'sales' AND NOT t.attisdropped
      UNION ALL
      -- Only definer functions: they act with their owner's privileges. Others act with the caller's, and defaults and
      -- constraints need them.
      SELECT '', pg_catalog.format('%s %s', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.oid::pg_catalog.regprocedure),
             a.privilege_type, a.grantee, a.is_grantable
      FROM pg_catalog.pg_proc p
      JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace,
           pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
      WHERE n.nspname = 'sales' AND p.prosecdef AND p.prokind IN ('f', 'p', 'w')
      UNION ALL
      -- What the next table, sequence or function there would be open to.
      SELECT pg_catalog.format('ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA %I ', f.defaclrole::pg_catalog.regrole, n.nspname),
             CASE f.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' ELSE 'ROUTINES' END,
             a.privilege_type, a.grantee, a.is_grantable
      FROM pg_catalog.pg_default_acl f
      JOIN pg_catalog.pg_namespace n ON n.oid = f.defaclnamespace, pg_catalog.aclexplode(f.defaclacl) a
      WHERE n.nspname = 'sales' AND f.defaclobjtype IN ('r', 'S', 'f')
    ) AS g (defaults, object, privilege, grantee, is_grantable)
    WHERE g.grantee = 0
       OR g.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ('{"shop_all","shop_app","shop_newsletter"}'::pg_catalog.name[]))
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

-- guard_grant:shop_accounting (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'shop_accounting'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "shop_accounting"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "shop_accounting";
GRANT USAGE ON SCHEMA sminion TO "shop_accounting";
GRANT EXECUTE ON ROUTINE sminion.context(name, name), sminion.named_subject(name, name), sminion.named_alone(name, name, text, text[]), sminion.ticket_value(name, name, text), sminion.enter(text), sminion.refuse_expired(text, text, text), sminion.within_retention(date, interval, text), sminion.within_retention(timestamp, interval, text), sminion.within_retention(timestamptz, interval, text) TO "shop_accounting";

-- guard_grant:shop_contract (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'shop_contract'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "shop_contract"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "shop_contract";
GRANT USAGE ON SCHEMA sminion TO "shop_contract";
GRANT EXECUTE ON ROUTINE sminion.context(name, name), sminion.named_subject(name, name), sminion.named_alone(name, name, text, text[]), sminion.ticket_value(name, name, text), sminion.enter(text), sminion.refuse_expired(text, text, text), sminion.within_retention(date, interval, text), sminion.within_retention(timestamp, interval, text), sminion.within_retention(timestamptz, interval, text) TO "shop_contract";

-- guard_grant:shop_marketing (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'shop_marketing'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "shop_marketing"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "shop_marketing";
GRANT USAGE ON SCHEMA sminion TO "shop_marketing";
GRANT EXECUTE ON ROUTINE sminion.context(name, name), sminion.named_subject(name, name), sminion.named_alone(name, name, text, text[]), sminion.ticket_value(name, name, text), sminion.enter(text), sminion.refuse_expired(text, text, text), sminion.within_retention(date, interval, text), sminion.within_retention(timestamp, interval, text), sminion.within_retention(timestamptz, interval, text) TO "shop_marketing";

-- guard_grant:shop_rectification (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'shop_rectification'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "shop_rectification"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "shop_rectification";
GRANT USAGE ON SCHEMA sminion TO "shop_rectification";
GRANT EXECUTE ON ROUTINE sminion.context(name, name), sminion.named_subject(name, name), sminion.named_alone(name, name, text, text[]), sminion.ticket_value(name, name, text), sminion.enter(text), sminion.refuse_expired(text, text, text), sminion.within_retention(date, interval, text), sminion.within_retention(timestamp, interval, text), sminion.within_retention(timestamptz, interval, text) TO "shop_rectification";

-- guard_grant:shop_auditor (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'shop_auditor'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "shop_auditor"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "shop_auditor";
GRANT USAGE ON SCHEMA sminion TO "shop_auditor";
GRANT EXECUTE ON ROUTINE sminion.policy_in_force(), sminion.object_states(), sminion.state_holders(text), sminion.blind_tables(), sminion.unfolded_entries(), sminion.unfolded_writes(), sminion.fold_holders(), sminion.leaves(bigint, bigint), sminion.stray_rows(), sminion.silent_tickets(date), sminion.consent_differences(), sminion.record_checkpoint(bigint, bytea, text), sminion.report_restore(text), sminion.ledger_size(bigint), sminion.ledger_events(bigint, bigint), sminion.record_reading(text, text, text, timestamptz, timestamptz, text, text), sminion.explanations(), sminion.explained_accesses(bigint), sminion.accesses_of(text, timestamptz, timestamptz, timestamptz, bigint), sminion.retention_status(boolean), sminion.other_keys(text) TO "shop_auditor";
GRANT SELECT ON sminion.access_log, sminion.ticket_minutes, sminion.journal_minutes, sminion.statement_log, sminion.refusals, sminion.subject_access, sminion.write_log, sminion.log_faults, sminion.dropped_log, sminion.ddl_suspension, sminion.act, sminion.subject_history, sminion.consent_register, sminion.request_status, sminion.request_history, sminion.clarifications, sminion.calendar, sminion.report, sminion.obligation_status, sminion.disclosures, sminion.transfers, sminion.disclosure_register, sminion.destruction_status, sminion.destruction_event, sminion.destruction, sminion.certificate, sminion.hold, sminion.merged_subjects, sminion.subject_status, sminion.settle_status, sminion.pending_changes, sminion.settle_problems, sminion.maintenance_status, sminion.retention_progress, sminion.policy_version, sminion.installed_object, sminion.tile, sminion.tree_state, sminion.checkpoint TO "shop_auditor";

-- guard_grant:shop_maintenance (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'shop_maintenance'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "shop_maintenance"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "shop_maintenance";
GRANT USAGE ON SCHEMA sminion TO "shop_maintenance";
GRANT EXECUTE ON ROUTINE sminion.settle(integer, integer), sminion.remask(integer), sminion.backfill(integer), sminion.await_older(interval), sminion.extend_log(integer), sminion.state_holders(text), sminion.blind_tables(), sminion.maintain(boolean), sminion.maintain_step(text), sminion.fold_holders(), sminion.purge_batch(text, integer, boolean), sminion.retention_status(boolean), sminion.expired_partitions(), sminion.drop_expired_partition(text), sminion.check_partition(oid), sminion.record_drop(oid) TO "shop_maintenance";
GRANT SELECT ON sminion.settle_status, sminion.pending_changes, sminion.settle_problems, sminion.maintenance_status, sminion.retention_progress TO "shop_maintenance";

-- guard_grant:shop_privacy_officer (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'shop_privacy_officer'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "shop_privacy_officer"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "shop_privacy_officer";
GRANT USAGE ON SCHEMA sminion TO "shop_privacy_officer";
GRANT EXECUTE ON ROUTINE sminion.policy_in_force(), sminion.merge_subjects(text, text, text, text, text, text, bigint), sminion.merge_subjects(anynonarray, anynonarray, text, text, text, text, bigint), sminion.unmerge_subjects(text, text, text, text, text, text, bigint), sminion.unmerge_subjects(anynonarray, anynonarray, text, text, text, text, bigint), sminion.block(text, text, text, text, text[], timestamptz), sminion.block(anynonarray, text, text, text, text[], timestamptz), sminion.unblock(text, text, text, text, text[]), sminion.unblock(anynonarray, text, text, text, text[]), sminion.give_consent(text, text, text, text, text, timestamptz, bytea, text, timestamptz), sminion.give_consent(anynonarray, text, text, text, text, timestamptz, bytea, text, timestamptz), sminion.refuse_consent(text, text, text, text, text, timestamptz, bytea, text), sminion.refuse_consent(anynonarray, text, text, text, text, timestamptz, bytea, text), sminion.withdraw_consent(text, text, text, text, text), sminion.withdraw_consent(anynonarray, text, text, text, text), sminion.object(text, text, text, text, text), sminion.object(anynonarray, text, text, text, text), sminion.withdraw_objection(text, text, text, text, text), sminion.withdraw_objection(anynonarray, text, text, text, text), sminion.give_consents(text[], text, text, text, text), sminion.import_consents(text[], text[], text[], timestamptz[], bytea[], text[], timestamptz[], text[], text, text), sminion.consent_differences(), sminion.withdraw_consents(text[], text, text, text, text), sminion.object_all(text[], text, text, text, text), sminion.block_all(text[], text, text, text), sminion.revoke_ticket(bigint, text), sminion.await_older(interval), sminion.block_and_wait(text, text, text, interval, text, text[], timestamptz), sminion.block_and_wait(anynonarray, text, text, interval, text, text[], timestamptz), sminion.state_holders(text), sminion.blind_tables(), sminion.suspend_ddl_guard(text, timestamptz), sminion.resume_ddl_guard(text), sminion.open_request(text, text, text, text, text, timestamptz, text, text, text, text, text, text[]), sminion.open_request(anynonarray, text, text, text, text, timestamptz, text, text, text, text, text, text[]), sminion.identify_request(bigint, text, text), sminion.assign_request(bigint, text, text, text), sminion.note_request(bigint, text, text), sminion.extend_request(bigint, text, text), sminion.close_request(bigint, text, text, bigint, text, boolean), sminion.plan_destruction(bigint, boolean), sminion.begin_destruction(bigint, text, boolean, text), sminion.destroy_batch(bigint, integer), sminion.purge_batch(text, integer, boolean), sminion.retention_status(boolean), sminion.expired_partitions(), sminion.forget_pseudonym_key(text), sminion.rotate_pseudonyms(text, text), sminion.hold_data(text, text, text, text, text, timestamptz, text, text), sminion.release_hold(bigint, text, text), sminion.record_verification(bigint, jsonb, text), sminion.keep_certificate(bigint, text, text), sminion.record_disclosure(text, text, text[], text[], text, timestamptz, text, text), sminion.settle_obligation(bigint, text, text, text), sminion.load_calendar(text, text, date, date, date, date[], date[]), sminion.begin_report(text, text, bigint, text), sminion.report_tables(bigint), sminion.report_rows(bigint, text, text), sminion.report_restore(text), sminion.accept_restore(text, boolean), sminion.ledger_size(bigint), sminion.ledger_events(bigint, bigint), sminion.ledger_people(bytea, bytea[]), sminion.end_replay(text, bigint, bigint, text), sminion.replay_decision(text, bigint, text, timestamptz, text, text, jsonb), sminion.drop_log(date, text), sminion.erase_from_log(text, text, text), sminion.record_reading(text, text, text, timestamptz, timestamptz, text, text), sminion.unfolded_entries(), sminion.unfolded_writes(), sminion.fold_holders(), sminion.explanations(), sminion.explained_accesses(bigint), sminion.accesses_of(text, timestamptz, timestamptz, timestamptz, bigint), sminion.other_keys(text) TO "shop_privacy_officer";
GRANT SELECT ON sminion.access_log, sminion.ticket_minutes, sminion.journal_minutes, sminion.statement_log, sminion.refusals, sminion.subject_access, sminion.write_log, sminion.log_faults, sminion.dropped_log, sminion.ddl_suspension, sminion.act, sminion.subject_history, sminion.consent_register, sminion.request_status, sminion.request_history, sminion.clarifications, sminion.calendar, sminion.report, sminion.obligation_status, sminion.disclosures, sminion.transfers, sminion.disclosure_register, sminion.destruction_status, sminion.destruction_event, sminion.destruction, sminion.certificate, sminion.hold, sminion.merged_subjects, sminion.subject_status, sminion.settle_status, sminion.pending_changes, sminion.settle_problems, sminion.maintenance_status, sminion.retention_progress, sminion.policy_version TO "shop_privacy_officer";

-- guard_grant:shop_all (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'shop_all'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "shop_all"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "shop_all";
GRANT USAGE ON SCHEMA sminion TO "shop_all";
GRANT EXECUTE ON ROUTINE sminion.open_ticket(text, text, text, text[], text, text, text, jsonb, text, text, bigint), sminion.enter(text), sminion.session_facts(), sminion.policy_in_force(), sminion.context(name, name), sminion.open_log(), sminion.knows_log(bigint, text), sminion.log_shape(jsonb), sminion.maintain(boolean), sminion.maintain_step(text), sminion.count_journal(integer, boolean) TO "shop_all";
GRANT INSERT (writer, first, proof, entries) ON sminion.journal TO "shop_all";

-- guard_grant:shop_app (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'shop_app'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "shop_app"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "shop_app";
GRANT USAGE ON SCHEMA sminion TO "shop_app";
GRANT EXECUTE ON ROUTINE sminion.open_ticket(text, text, text, text[], text, text, text, jsonb, text, text, bigint), sminion.enter(text), sminion.session_facts(), sminion.policy_in_force(), sminion.context(name, name), sminion.open_log(), sminion.knows_log(bigint, text), sminion.log_shape(jsonb), sminion.maintain(boolean), sminion.maintain_step(text), sminion.count_journal(integer, boolean) TO "shop_app";
GRANT INSERT (writer, first, proof, entries) ON sminion.journal TO "shop_app";

-- guard_grant:shop_newsletter (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'shop_newsletter'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "shop_newsletter"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "shop_newsletter";
GRANT USAGE ON SCHEMA sminion TO "shop_newsletter";
GRANT EXECUTE ON ROUTINE sminion.open_ticket(text, text, text, text[], text, text, text, jsonb, text, text, bigint), sminion.enter(text), sminion.session_facts(), sminion.policy_in_force(), sminion.context(name, name), sminion.open_log(), sminion.knows_log(bigint, text), sminion.log_shape(jsonb), sminion.maintain(boolean), sminion.maintain_step(text), sminion.count_journal(integer, boolean) TO "shop_newsletter";
GRANT INSERT (writer, first, proof, entries) ON sminion.journal TO "shop_newsletter";

-- guard_columns:crm.customer
-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody. The comment says what the
-- masks were computed from: where that changes, the columns are made anew, so that no mask of another subject is believed.
ALTER TABLE "crm"."customer" ADD COLUMN IF NOT EXISTS guard_mask bigint;
COMMENT ON COLUMN "crm"."customer".guard_mask IS 'what the subject of the row permits; subject: id bigint';

-- guard_columns:marketing.subscriber
-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody. The comment says what the
-- masks were computed from: where that changes, the columns are made anew, so that no mask of another subject is believed.
ALTER TABLE "marketing"."subscriber" ADD COLUMN IF NOT EXISTS guard_mask bigint;
COMMENT ON COLUMN "marketing"."subscriber".guard_mask IS 'what the subject of the row permits; subject: customer_id bigint';

-- guard_columns:sales.orders
-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody. The comment says what the
-- masks were computed from: where that changes, the columns are made anew, so that no mask of another subject is believed.
ALTER TABLE "sales"."orders" ADD COLUMN IF NOT EXISTS guard_mask bigint;
COMMENT ON COLUMN "sales"."orders".guard_mask IS 'what the subject of the row permits; subject: customer_id bigint';

-- guard_columns:sales.item
-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody. The comment says what the
-- masks were computed from: where that changes, the columns are made anew, so that no mask of another subject is believed.
ALTER TABLE "sales"."item" ADD COLUMN IF NOT EXISTS guard_mask bigint, ADD COLUMN IF NOT EXISTS guard_subject bigint;
COMMENT ON COLUMN "sales"."item".guard_mask IS 'what the subject of the row permits; subject: order_id to sales.orders.id, whose subject is customer_id bigint';

-- guard_index:sales.item
-- By it settling finds the rows of a subject, and a purpose that sees one named subject finds them too.
CREATE INDEX IF NOT EXISTS "item_guard_subject_idx" ON "sales"."item" (guard_subject);

-- schema_usage:crm:sminion_owner
GRANT USAGE ON SCHEMA "crm" TO "sminion_owner";

-- schema_usage:marketing:sminion_owner
GRANT USAGE ON SCHEMA "marketing" TO "sminion_owner";

-- schema_usage:sales:sminion_owner
GRANT USAGE ON SCHEMA "sales" TO "sminion_owner";

-- column_grant:crm.customer:sminion_owner
REVOKE ALL ON TABLE "crm"."customer" FROM "sminion_owner";
GRANT SELECT ("born_on", "ctid", "email", "full_name", "guard_mask", "id", "last_seen_at", "tableoid"), UPDATE ("guard_mask"), DELETE ON TABLE "crm"."customer" TO "sminion_owner";

-- column_grant:marketing.subscriber:sminion_owner
REVOKE ALL ON TABLE "marketing"."subscriber" FROM "sminion_owner";
GRANT SELECT ("ctid", "customer_id", "email", "guard_mask", "tableoid"), UPDATE ("guard_mask"), DELETE ON TABLE "marketing"."subscriber" TO "sminion_owner";

-- column_grant:sales.orders:sminion_owner
REVOKE ALL ON TABLE "sales"."orders" FROM "sminion_owner";
GRANT SELECT ("ctid", "customer_id", "guard_mask", "id", "tableoid", "total", "xmin"), UPDATE ("guard_mask"), DELETE ON TABLE "sales"."orders" TO "sminion_owner";

-- column_grant:sales.item:sminion_owner
REVOKE ALL ON TABLE "sales"."item" FROM "sminion_owner";
GRANT SELECT ("ctid", "guard_mask", "guard_subject", "id", "order_id", "tableoid", "what"), UPDATE ("guard_mask", "guard_subject"), DELETE ON TABLE "sales"."item" TO "sminion_owner";

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
SELECT sminion.mask_in(s.*, 'crm') INTO one FROM sminion.subject_state s WHERE s.subject = OLD."id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(OLD."id"::text, 'crm');
  END IF;
  permitted := permitted & one;
      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY[OLD."id"::text]);
      RETURN OLD;
    ELSIF OLD."id" IS DISTINCT FROM NEW."id" THEN
      done := sminion.permit_move(ARRAY[OLD."id"::text], ARRAY[NEW."id"::text], 'crm.customer', 'crm', false);
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
  FOREACH clone IN ARRAY '{"row_crm_customer_f72df6"}'::pg_catalog.name[] LOOP
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

-- trigger_function:row_marketing_subscriber_9fa874 (as owner)
-- Row trigger of "marketing"."subscriber": whatever the client sent, the mask is that of the subject's state, read under its share lock.
-- Definer, because neither states nor parents are for purposes to read.
CREATE OR REPLACE FUNCTION sminion."row_marketing_subscriber_9fa874"() RETURNS trigger
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
SELECT sminion.mask_in(s.*, 'marketing') INTO one FROM sminion.subject_state s WHERE s.subject = OLD."customer_id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(OLD."customer_id"::text, 'marketing');
  END IF;
  permitted := permitted & one;
      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY[OLD."customer_id"::text]);
      RETURN OLD;
    ELSIF OLD."customer_id" IS DISTINCT FROM NEW."customer_id" THEN
      done := sminion.permit_move(ARRAY[OLD."customer_id"::text], ARRAY[NEW."customer_id"::text], 'marketing.subscriber', 'marketing', false);
    END IF;
  END IF;
SELECT sminion.mask_in(s.*, 'marketing') INTO one FROM sminion.subject_state s WHERE s.subject = NEW."customer_id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(NEW."customer_id"::text, 'marketing');
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

-- row_trigger:marketing.subscriber
-- Named to fire last among BEFORE triggers (they fire in the order of their names): no other may change the subject after
-- the mask was computed for it. On UPDATE it does not fire where sminion.set_masks has computed masks for many rows at once; a
-- trigger of its own for the rest, since a condition costs each statement 15 microseconds.
DROP TRIGGER IF EXISTS "~guard_row" ON "marketing"."subscriber";
CREATE TRIGGER "~guard_row" BEFORE UPDATE ON "marketing"."subscriber"
  FOR EACH ROW WHEN (
    current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name
    OR pg_catalog.current_setting('sminion.masks_set', true) OPERATOR(pg_catalog.=) 'yes' IS NOT TRUE)
  EXECUTE FUNCTION sminion."row_marketing_subscriber_9fa874"();
ALTER TABLE "marketing"."subscriber" ENABLE ALWAYS TRIGGER "~guard_row";
DROP TRIGGER IF EXISTS "~guard_row_made" ON "marketing"."subscriber";
CREATE TRIGGER "~guard_row_made" BEFORE INSERT OR DELETE ON "marketing"."subscriber"
  FOR EACH ROW EXECUTE FUNCTION sminion."row_marketing_subscriber_9fa874"();
ALTER TABLE "marketing"."subscriber" ENABLE ALWAYS TRIGGER "~guard_row_made";

-- partition_maker:marketing.subscriber (as owner)
-- A new partition gets copies of the row triggers of its table, and for each copy PostgreSQL asks whether whoever makes the
-- partition may execute the function. So the owner of a partitioned table may, and of a partition that is partitioned itself: just
-- the functions of these triggers. Nobody can call them, and he cannot name them for a trigger elsewhere without USAGE on schema
-- `sminion`. An owner from before loses it here.
DO $sminion$
DECLARE
  clone pg_catalog.name;
  whose text;
BEGIN
  FOREACH clone IN ARRAY '{"row_marketing_subscriber_9fa874"}'::pg_catalog.name[] LOOP
    FOR whose IN
      SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END
      FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
      WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = clone AND a.grantee <> p.proowner
    LOOP
      EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION sminion.%I() FROM %s', clone, whose);
    END LOOP;
    FOR whose IN
      SELECT DISTINCT c.relowner::pg_catalog.regrole::text
      FROM pg_catalog.pg_partition_tree('"marketing"."subscriber"'::pg_catalog.regclass) t JOIN pg_catalog.pg_class c ON c.oid = t.relid
      WHERE c.relkind = 'p' AND c.relowner <> 'sminion_owner'::pg_catalog.regrole
    LOOP
      EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION sminion.%I() TO %s', clone, whose);
    END LOOP;
  END LOOP;
END
$sminion$;

-- trigger_function:row_sales_orders_74609b (as owner)
-- Row trigger of "sales"."orders": whatever the client sent, the mask is that of the subject's state, read under its share lock.
-- Definer, because neither states nor parents are for purposes to read.
CREATE OR REPLACE FUNCTION sminion."row_sales_orders_74609b"() RETURNS trigger
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
SELECT sminion.mask_in(s.*, 'sales') INTO one FROM sminion.subject_state s WHERE s.subject = OLD."customer_id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(OLD."customer_id"::text, 'sales');
  END IF;
  permitted := permitted & one;
      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY[OLD."customer_id"::text]);
      RETURN OLD;
    ELSIF OLD."customer_id" IS DISTINCT FROM NEW."customer_id" THEN
      done := sminion.permit_move(ARRAY[OLD."customer_id"::text], ARRAY[NEW."customer_id"::text], 'sales.orders', 'sales', true);
    END IF;
  END IF;
SELECT sminion.mask_in(s.*, 'sales') INTO one FROM sminion.subject_state s WHERE s.subject = NEW."customer_id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(NEW."customer_id"::text, 'sales');
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

-- row_trigger:sales.orders
-- Named to fire last among BEFORE triggers (they fire in the order of their names): no other may change the subject after
-- the mask was computed for it. On UPDATE it does not fire where sminion.set_masks has computed masks for many rows at once; a
-- trigger of its own for the rest, since a condition costs each statement 15 microseconds.
DROP TRIGGER IF EXISTS "~guard_row" ON "sales"."orders";
CREATE TRIGGER "~guard_row" BEFORE UPDATE ON "sales"."orders"
  FOR EACH ROW WHEN (
    current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name
    OR pg_catalog.current_setting('sminion.masks_set', true) OPERATOR(pg_catalog.=) 'yes' IS NOT TRUE)
  EXECUTE FUNCTION sminion."row_sales_orders_74609b"();
ALTER TABLE "sales"."orders" ENABLE ALWAYS TRIGGER "~guard_row";
DROP TRIGGER IF EXISTS "~guard_row_made" ON "sales"."orders";
CREATE TRIGGER "~guard_row_made" BEFORE INSERT OR DELETE ON "sales"."orders"
  FOR EACH ROW EXECUTE FUNCTION sminion."row_sales_orders_74609b"();
ALTER TABLE "sales"."orders" ENABLE ALWAYS TRIGGER "~guard_row_made";

-- trigger_function:moved_sales_orders_74609b (as owner)
-- Trigger of "sales"."orders" when a row moves to another subject: its children follow, each through its own row trigger. So they do
-- when the row was deleted, and the same statement made it anew for another subject, as a foreign key permits.
CREATE OR REPLACE FUNCTION sminion."moved_sales_orders_74609b"() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  before text;
  anew   bigint;
BEGIN
  IF TG_OP = 'DELETE' THEN
SELECT p."customer_id" INTO anew FROM "sales"."orders" p WHERE p."id" = OLD."id";
    IF FOUND AND anew IS DISTINCT FROM OLD."customer_id" THEN
      PERFORM sminion.moved(OLD."customer_id"::text);
      before := sminion.begin_replica_role();
      UPDATE "sales"."item" AS c SET guard_mask = CASE WHEN c.guard_mask IS NULL THEN 0 END WHERE c."order_id" = OLD."id";
      PERFORM sminion.end_replica_role(before);
      PERFORM sminion.require_followed('sales', 'item', EXISTS (
        SELECT FROM "sales"."item" c WHERE c."order_id" = OLD."id" AND c.guard_subject IS DISTINCT FROM anew));
    END IF;
    RETURN NULL;
  END IF;
  PERFORM sminion.moved(OLD."customer_id"::text);
before := sminion.begin_replica_role();
  UPDATE "sales"."item" AS c SET guard_mask = CASE WHEN c.guard_mask IS NULL THEN 0 END WHERE c."order_id" = NEW."id";
  PERFORM sminion.end_replica_role(before);
  PERFORM sminion.require_followed('sales', 'item', EXISTS (
    SELECT FROM "sales"."item" c WHERE c."order_id" = NEW."id" AND c.guard_subject IS DISTINCT FROM NEW."customer_id"));
  RETURN NULL;
END
$sminion$;

-- moved_trigger:sales.orders
DROP TRIGGER IF EXISTS "~guard_moved" ON "sales"."orders";
CREATE TRIGGER "~guard_moved" AFTER UPDATE ON "sales"."orders"
  FOR EACH ROW WHEN (OLD."customer_id" IS DISTINCT FROM NEW."customer_id" OR OLD."id" IS DISTINCT FROM NEW."id") EXECUTE FUNCTION sminion."moved_sales_orders_74609b"();
ALTER TABLE "sales"."orders" ENABLE ALWAYS TRIGGER "~guard_moved";
-- Its name is after those of foreign keys: children that a key deletes are gone by then.
DROP TRIGGER IF EXISTS "~guard_made_anew" ON "sales"."orders";
CREATE TRIGGER "~guard_made_anew" AFTER DELETE ON "sales"."orders"
  FOR EACH ROW EXECUTE FUNCTION sminion."moved_sales_orders_74609b"();
ALTER TABLE "sales"."orders" ENABLE ALWAYS TRIGGER "~guard_made_anew";

-- partition_maker:sales.orders (as owner)
-- A new partition gets copies of the row triggers of its table, and for each copy PostgreSQL asks whether whoever makes the
-- partition may execute the function. So the owner of a partitioned table may, and of a partition that is partitioned itself: just
-- the functions of these triggers. Nobody can call them, and he cannot name them for a trigger elsewhere without USAGE on schema
-- `sminion`. An owner from before loses it here.
DO $sminion$
DECLARE
  clone pg_catalog.name;
  whose text;
BEGIN
  FOREACH clone IN ARRAY '{"moved_sales_orders_74609b","row_sales_orders_74609b"}'::pg_catalog.name[] LOOP
    FOR whose IN
      SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END
      FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
      WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = clone AND a.grantee <> p.proowner
    LOOP
      EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION sminion.%I() FROM %s', clone, whose);
    END LOOP;
    FOR whose IN
      SELECT DISTINCT c.relowner::pg_catalog.regrole::text
      FROM pg_catalog.pg_partition_tree('"sales"."orders"'::pg_catalog.regclass) t JOIN pg_catalog.pg_class c ON c.oid = t.relid
      WHERE c.relkind = 'p' AND c.relowner <> 'sminion_owner'::pg_catalog.regrole
    LOOP
      EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION sminion.%I() TO %s', clone, whose);
    END LOOP;
  END LOOP;
END
$sminion$;

-- trigger_function:row_sales_item_63aa23 (as owner)
-- Row trigger of "sales"."item", whose subject is that of its parent: found, locked, and looked up once more, because the
-- parent may have moved to another subject while we waited for the lock. Without a parent nobody sees the row.
CREATE OR REPLACE FUNCTION sminion."row_sales_item_63aa23"() RETURNS trigger
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
      SELECT sminion.mask_in(s.*, 'sales') INTO permitted FROM sminion.subject_state s WHERE s.subject = OLD."guard_subject"::text FOR SHARE;
      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY[OLD."guard_subject"::text]);
      RETURN OLD;
    END IF;
    had_key := OLD.guard_subject;
  END IF;
  SELECT p."customer_id" INTO owner_key FROM "sales"."orders" p WHERE p."id" = NEW."order_id";
  LOOP
    permitted := 0;
    EXIT WHEN owner_key IS NULL;
    SELECT sminion.mask_in(s.*, 'sales') INTO permitted FROM sminion.subject_state s WHERE s.subject = owner_key::text FOR SHARE;
    IF NOT FOUND THEN
      -- A parent of our own transaction cannot move to another subject under us; any other must find a state to lock.
      SELECT p.xmin INTO written FROM "sales"."orders" p WHERE p."id" = NEW."order_id";
      permitted := sminion.first_sight(owner_key::text, 'sales', settled => sminion.own_row(written) IS NOT TRUE);
    END IF;
    SELECT p."customer_id" INTO again_key FROM "sales"."orders" p WHERE p."id" = NEW."order_id";
    EXIT WHEN again_key IS NOT DISTINCT FROM owner_key;
    owner_key := again_key;
  END LOOP;
  -- It may also follow its parent to another subject. That a parent is gone says of whom the row is no less.
  IF had_key IS NOT NULL THEN
    IF had_key IS DISTINCT FROM owner_key AND (owner_key IS NOT NULL OR OLD."order_id" IS DISTINCT FROM NEW."order_id") THEN
      done := sminion.permit_move(ARRAY[OLD."guard_subject"::text], ARRAY[owner_key::text], 'sales.item', 'sales', false);
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

-- row_trigger:sales.item
-- Named to fire last among BEFORE triggers (they fire in the order of their names): no other may change the subject after
-- the mask was computed for it. On UPDATE it does not fire where sminion.set_masks has computed masks for many rows at once; a
-- trigger of its own for the rest, since a condition costs each statement 15 microseconds.
DROP TRIGGER IF EXISTS "~guard_row" ON "sales"."item";
CREATE TRIGGER "~guard_row" BEFORE UPDATE ON "sales"."item"
  FOR EACH ROW WHEN (
    current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name
    OR pg_catalog.current_setting('sminion.masks_set', true) OPERATOR(pg_catalog.=) 'yes' IS NOT TRUE)
  EXECUTE FUNCTION sminion."row_sales_item_63aa23"();
ALTER TABLE "sales"."item" ENABLE ALWAYS TRIGGER "~guard_row";
DROP TRIGGER IF EXISTS "~guard_row_made" ON "sales"."item";
CREATE TRIGGER "~guard_row_made" BEFORE INSERT OR DELETE ON "sales"."item"
  FOR EACH ROW EXECUTE FUNCTION sminion."row_sales_item_63aa23"();
ALTER TABLE "sales"."item" ENABLE ALWAYS TRIGGER "~guard_row_made";

-- partition_maker:sales.item (as owner)
-- A new partition gets copies of the row triggers of its table, and for each copy PostgreSQL asks whether whoever makes the
-- partition may execute the function. So the owner of a partitioned table may, and of a partition that is partitioned itself: just
-- the functions of these triggers. Nobody can call them, and he cannot name them for a trigger elsewhere without USAGE on schema
-- `sminion`. An owner from before loses it here.
DO $sminion$
DECLARE
  clone pg_catalog.name;
  whose text;
BEGIN
  FOREACH clone IN ARRAY '{"row_sales_item_63aa23"}'::pg_catalog.name[] LOOP
    FOR whose IN
      SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END
      FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
      WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = clone AND a.grantee <> p.proowner
    LOOP
      EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION sminion.%I() FROM %s', clone, whose);
    END LOOP;
    FOR whose IN
      SELECT DISTINCT c.relowner::pg_catalog.regrole::text
      FROM pg_catalog.pg_partition_tree('"sales"."item"'::pg_catalog.regclass) t JOIN pg_catalog.pg_class c ON c.oid = t.relid
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

-- write_function:write_marketing_subscriber_9fa874 (as owner)
-- Trigger function of "marketing"."subscriber" that records each write with its subjects. Its queries are made from the columns that the
-- table has now, which are more than the policy names; after a change of columns they fail, and the same is asked with
-- queries made anew, so that nothing is missed until the next `apply`. The body is a literal and not in dollar quotes,
-- because names of columns are the owner's of the table.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"marketing"."subscriber"';
BEGIN
  EXECUTE pg_catalog.format(
    'CREATE OR REPLACE FUNCTION sminion.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
    || 'SET search_path = pg_catalog, pg_temp AS %L', 'write_marketing_subscriber_9fa874', pg_catalog.format($body$
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

-- write_triggers:marketing.subscriber
-- Statement triggers, which fire once and see all rows of the statement, on the table and on each partition: one that is
-- named directly fires its own. `~guard_ticket` notes the ticket before the first row, the others record. The guard's own
-- UPDATE sets masks and nothing else (`sminion_owner` has no privilege for more), which is no clarification: UPDATE has a
-- trigger of its own, since a WHEN costs each statement 10 to 15 microseconds.
DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT '"marketing"."subscriber"'::pg_catalog.regclass
    UNION SELECT t.relid FROM pg_catalog.pg_partition_tree('"marketing"."subscriber"'::pg_catalog.regclass) t
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
    $trigger$, part, 'write_marketing_subscriber_9fa874');
  END LOOP;
END
$sminion$;

-- write_function:write_sales_orders_74609b (as owner)
-- Trigger function of "sales"."orders" that records each write with its subjects. Its queries are made from the columns that the
-- table has now, which are more than the policy names; after a change of columns they fail, and the same is asked with
-- queries made anew, so that nothing is missed until the next `apply`. The body is a literal and not in dollar quotes,
-- because names of columns are the owner's of the table.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"sales"."orders"';
BEGIN
  EXECUTE pg_catalog.format(
    'CREATE OR REPLACE FUNCTION sminion.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
    || 'SET search_path = pg_catalog, pg_temp AS %L', 'write_sales_orders_74609b', pg_catalog.format($body$
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

-- write_triggers:sales.orders
-- Statement triggers, which fire once and see all rows of the statement, on the table and on each partition: one that is
-- named directly fires its own. `~guard_ticket` notes the ticket before the first row, the others record. The guard's own
-- UPDATE sets masks and nothing else (`sminion_owner` has no privilege for more), which is no clarification: UPDATE has a
-- trigger of its own, since a WHEN costs each statement 10 to 15 microseconds.
DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT '"sales"."orders"'::pg_catalog.regclass
    UNION SELECT t.relid FROM pg_catalog.pg_partition_tree('"sales"."orders"'::pg_catalog.regclass) t
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
    $trigger$, part, 'write_sales_orders_74609b');
  END LOOP;
END
$sminion$;

-- write_function:write_sales_item_63aa23 (as owner)
-- Trigger function of "sales"."item" that records each write with its subjects. Its queries are made from the columns that the
-- table has now, which are more than the policy names; after a change of columns they fail, and the same is asked with
-- queries made anew, so that nothing is missed until the next `apply`. The body is a literal and not in dollar quotes,
-- because names of columns are the owner's of the table.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"sales"."item"';
BEGIN
  EXECUTE pg_catalog.format(
    'CREATE OR REPLACE FUNCTION sminion.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
    || 'SET search_path = pg_catalog, pg_temp AS %L', 'write_sales_item_63aa23', pg_catalog.format($body$
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

-- write_triggers:sales.item
-- Statement triggers, which fire once and see all rows of the statement, on the table and on each partition: one that is
-- named directly fires its own. `~guard_ticket` notes the ticket before the first row, the others record. The guard's own
-- UPDATE sets masks and nothing else (`sminion_owner` has no privilege for more), which is no clarification: UPDATE has a
-- trigger of its own, since a WHEN costs each statement 10 to 15 microseconds.
DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT '"sales"."item"'::pg_catalog.regclass
    UNION SELECT t.relid FROM pg_catalog.pg_partition_tree('"sales"."item"'::pg_catalog.regclass) t
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
    $trigger$, part, 'write_sales_item_63aa23');
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
CREATE POLICY "guard_floor" ON "crm"."customer" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['shop_accounting', 'shop_contract', 'shop_rectification', 'sminion_owner']::name[])));

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
  WHERE r.rolname <> ALL ('{"shop_accounting","shop_contract","shop_rectification","sminion_owner"}'::name[])
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
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"crm"."customer"''::regclass, ARRAY[''shop_accounting'', ''shop_contract'', ''shop_rectification'']::name[])' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:crm.customer:guard_floor_shop_accounting
DROP POLICY IF EXISTS "guard_floor_shop_accounting" ON "crm"."customer";
CREATE POLICY "guard_floor_shop_accounting" ON "crm"."customer" AS RESTRICTIVE FOR ALL TO "shop_accounting" USING (("id" = ANY ((SELECT sminion.context('shop_accounting', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "id" IS NOT NULL AND (guard_mask & 1::bigint) <> 0 AND ("last_seen_at" IS NULL OR sminion.within_retention("last_seen_at", interval '3 years', 'UTC'))) WITH CHECK (("id" = ANY ((SELECT sminion.context('shop_accounting', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "id" IS NOT NULL AND (guard_mask & 1::bigint) <> 0 AND CASE WHEN ("last_seen_at" IS NULL OR sminion.within_retention("last_seen_at", interval '3 years', 'UTC')) THEN true ELSE sminion.refuse_expired('crm.customer', 'last_seen_at', '3 years') END);

-- policy:crm.customer:guard_floor_shop_contract
DROP POLICY IF EXISTS "guard_floor_shop_contract" ON "crm"."customer";
CREATE POLICY "guard_floor_shop_contract" ON "crm"."customer" AS RESTRICTIVE FOR ALL TO "shop_contract" USING (("id" = ANY ((SELECT sminion.context('shop_contract', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "id" IS NOT NULL AND (guard_mask & 2::bigint) <> 0 AND ("last_seen_at" IS NULL OR sminion.within_retention("last_seen_at", interval '3 years', 'UTC'))) WITH CHECK (("id" = ANY ((SELECT sminion.context('shop_contract', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "id" IS NOT NULL AND (guard_mask & 2::bigint) <> 0 AND CASE WHEN ("last_seen_at" IS NULL OR sminion.within_retention("last_seen_at", interval '3 years', 'UTC')) THEN true ELSE sminion.refuse_expired('crm.customer', 'last_seen_at', '3 years') END);

-- policy:crm.customer:guard_floor_shop_rectification
DROP POLICY IF EXISTS "guard_floor_shop_rectification" ON "crm"."customer";
CREATE POLICY "guard_floor_shop_rectification" ON "crm"."customer" AS RESTRICTIVE FOR ALL TO "shop_rectification" USING (("id" = (SELECT sminion.named_subject('shop_rectification', current_user)::bigint)) AND ("id" = ANY ((SELECT sminion.context('shop_rectification', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "id" IS NOT NULL AND (guard_mask & 8::bigint) <> 0 AND ("last_seen_at" IS NULL OR sminion.within_retention("last_seen_at", interval '3 years', 'UTC'))) WITH CHECK (("id" = (SELECT sminion.named_subject('shop_rectification', current_user)::bigint)) AND ("id" = ANY ((SELECT sminion.context('shop_rectification', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "id" IS NOT NULL AND (guard_mask & 8::bigint) <> 0 AND CASE WHEN ("last_seen_at" IS NULL OR sminion.within_retention("last_seen_at", interval '3 years', 'UTC')) THEN true ELSE sminion.refuse_expired('crm.customer', 'last_seen_at', '3 years') END);

-- policy:crm.customer:guard_accounting_select
DROP POLICY IF EXISTS "guard_accounting_select" ON "crm"."customer";
CREATE POLICY "guard_accounting_select" ON "crm"."customer" AS PERMISSIVE FOR SELECT TO "shop_accounting" USING (true);

-- policy:crm.customer:guard_contract_select
DROP POLICY IF EXISTS "guard_contract_select" ON "crm"."customer";
CREATE POLICY "guard_contract_select" ON "crm"."customer" AS PERMISSIVE FOR SELECT TO "shop_contract" USING (true);

-- policy:crm.customer:guard_contract_insert
DROP POLICY IF EXISTS "guard_contract_insert" ON "crm"."customer";
CREATE POLICY "guard_contract_insert" ON "crm"."customer" AS PERMISSIVE FOR INSERT TO "shop_contract" WITH CHECK (true);

-- policy:crm.customer:guard_contract_update
DROP POLICY IF EXISTS "guard_contract_update" ON "crm"."customer";
CREATE POLICY "guard_contract_update" ON "crm"."customer" AS PERMISSIVE FOR UPDATE TO "shop_contract" USING (true) WITH CHECK (true);

-- policy:crm.customer:guard_contract_delete
DROP POLICY IF EXISTS "guard_contract_delete" ON "crm"."customer";
CREATE POLICY "guard_contract_delete" ON "crm"."customer" AS PERMISSIVE FOR DELETE TO "shop_contract" USING (true);

-- policy:crm.customer:guard_rectification_select
DROP POLICY IF EXISTS "guard_rectification_select" ON "crm"."customer";
CREATE POLICY "guard_rectification_select" ON "crm"."customer" AS PERMISSIVE FOR SELECT TO "shop_rectification" USING (true);

-- policy:crm.customer:guard_rectification_update
DROP POLICY IF EXISTS "guard_rectification_update" ON "crm"."customer";
CREATE POLICY "guard_rectification_update" ON "crm"."customer" AS PERMISSIVE FOR UPDATE TO "shop_rectification" USING (true) WITH CHECK (true);

-- policy:crm.customer:guard_owner
DROP POLICY IF EXISTS "guard_owner" ON "crm"."customer";
CREATE POLICY "guard_owner" ON "crm"."customer" AS PERMISSIVE FOR ALL TO sminion_owner USING (true);

-- row_security:marketing.subscriber
-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, no row of theirs is seen, whatever other policies they have. How it was before is
-- written down for the way back, once.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"marketing"."subscriber"';
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

-- policy:marketing.subscriber:guard_floor
DROP POLICY IF EXISTS "guard_floor" ON "marketing"."subscriber";
CREATE POLICY "guard_floor" ON "marketing"."subscriber" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['shop_marketing', 'sminion_owner']::name[])));

-- policy:marketing.subscriber:guard_refused
DROP POLICY IF EXISTS "guard_refused" ON "marketing"."subscriber";
CREATE POLICY "guard_refused" ON "marketing"."subscriber" AS PERMISSIVE FOR ALL TO PUBLIC USING (false);

-- others:marketing.subscriber
-- A view that is not security_invoker reads with its owner's policies, while current_user is who asks: a compartment would
-- then be under none of its own, and under a permissive policy of the application it saw every row. So whoever else holds
-- anything on the table, its owner first, is refused by a policy of its own. Members of the two predefined roles hold it
-- without a grant. Compartments of an earlier policy are left out: their roles are dropped after this.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"marketing"."subscriber"';
  others text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO others
  FROM pg_catalog.pg_roles r
  WHERE r.rolname <> ALL ('{"shop_marketing","sminion_owner"}'::name[])
    AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = r.rolname)
    AND (r.rolname IN ('pg_read_all_data', 'pg_write_all_data')
      OR r.oid IN (
        SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
        WHERE t.attrelid = target AND NOT t.attisdropped));
  DROP POLICY IF EXISTS guard_others ON "marketing"."subscriber";
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"marketing"."subscriber"''::regclass, ARRAY[''shop_marketing'']::name[])' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:marketing.subscriber:guard_floor_shop_marketing
DROP POLICY IF EXISTS "guard_floor_shop_marketing" ON "marketing"."subscriber";
CREATE POLICY "guard_floor_shop_marketing" ON "marketing"."subscriber" AS RESTRICTIVE FOR ALL TO "shop_marketing" USING (("customer_id" = ANY ((SELECT sminion.context('shop_marketing', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "customer_id" IS NOT NULL AND (guard_mask & 4::bigint) <> 0);

-- policy:marketing.subscriber:guard_marketing_select
DROP POLICY IF EXISTS "guard_marketing_select" ON "marketing"."subscriber";
CREATE POLICY "guard_marketing_select" ON "marketing"."subscriber" AS PERMISSIVE FOR SELECT TO "shop_marketing" USING (true);

-- policy:marketing.subscriber:guard_owner
DROP POLICY IF EXISTS "guard_owner" ON "marketing"."subscriber";
CREATE POLICY "guard_owner" ON "marketing"."subscriber" AS PERMISSIVE FOR ALL TO sminion_owner USING (true);

-- statistics:marketing.guard_subscriber_marketing
-- Row security tests a bit of the mask: without these the planner guesses that nearly every row passes.
DROP STATISTICS IF EXISTS "marketing"."guard_subscriber_marketing";
CREATE STATISTICS "marketing"."guard_subscriber_marketing" ON (guard_mask & 4::bigint) FROM "marketing"."subscriber";

-- row_security:sales.item
-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, no row of theirs is seen, whatever other policies they have. How it was before is
-- written down for the way back, once.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"sales"."item"';
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

-- policy:sales.item:guard_floor
DROP POLICY IF EXISTS "guard_floor" ON "sales"."item";
CREATE POLICY "guard_floor" ON "sales"."item" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['shop_accounting', 'shop_contract', 'sminion_owner']::name[])));

-- policy:sales.item:guard_refused
DROP POLICY IF EXISTS "guard_refused" ON "sales"."item";
CREATE POLICY "guard_refused" ON "sales"."item" AS PERMISSIVE FOR ALL TO PUBLIC USING (false);

-- others:sales.item
-- A view that is not security_invoker reads with its owner's policies, while current_user is who asks: a compartment would
-- then be under none of its own, and under a permissive policy of the application it saw every row. So whoever else holds
-- anything on the table, its owner first, is refused by a policy of its own. Members of the two predefined roles hold it
-- without a grant. Compartments of an earlier policy are left out: their roles are dropped after this.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"sales"."item"';
  others text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO others
  FROM pg_catalog.pg_roles r
  WHERE r.rolname <> ALL ('{"shop_accounting","shop_contract","sminion_owner"}'::name[])
    AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = r.rolname)
    AND (r.rolname IN ('pg_read_all_data', 'pg_write_all_data')
      OR r.oid IN (
        SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
        WHERE t.attrelid = target AND NOT t.attisdropped));
  DROP POLICY IF EXISTS guard_others ON "sales"."item";
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"sales"."item"''::regclass, ARRAY[''shop_accounting'', ''shop_contract'']::name[])' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:sales.item:guard_floor_shop_accounting
DROP POLICY IF EXISTS "guard_floor_shop_accounting" ON "sales"."item";
CREATE POLICY "guard_floor_shop_accounting" ON "sales"."item" AS RESTRICTIVE FOR ALL TO "shop_accounting" USING (("guard_subject" = ANY ((SELECT sminion.context('shop_accounting', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "guard_subject" IS NOT NULL AND (guard_mask & 1::bigint) <> 0);

-- policy:sales.item:guard_floor_shop_contract
DROP POLICY IF EXISTS "guard_floor_shop_contract" ON "sales"."item";
CREATE POLICY "guard_floor_shop_contract" ON "sales"."item" AS RESTRICTIVE FOR ALL TO "shop_contract" USING (("guard_subject" = ANY ((SELECT sminion.context('shop_contract', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "guard_subject" IS NOT NULL AND (guard_mask & 2::bigint) <> 0);

-- policy:sales.item:guard_accounting_select
DROP POLICY IF EXISTS "guard_accounting_select" ON "sales"."item";
CREATE POLICY "guard_accounting_select" ON "sales"."item" AS PERMISSIVE FOR SELECT TO "shop_accounting" USING (true);

-- policy:sales.item:guard_contract_select
DROP POLICY IF EXISTS "guard_contract_select" ON "sales"."item";
CREATE POLICY "guard_contract_select" ON "sales"."item" AS PERMISSIVE FOR SELECT TO "shop_contract" USING (true);

-- policy:sales.item:guard_contract_insert
DROP POLICY IF EXISTS "guard_contract_insert" ON "sales"."item";
CREATE POLICY "guard_contract_insert" ON "sales"."item" AS PERMISSIVE FOR INSERT TO "shop_contract" WITH CHECK (true);

-- policy:sales.item:guard_contract_update
DROP POLICY IF EXISTS "guard_contract_update" ON "sales"."item";
CREATE POLICY "guard_contract_update" ON "sales"."item" AS PERMISSIVE FOR UPDATE TO "shop_contract" USING (true) WITH CHECK (true);

-- policy:sales.item:guard_contract_delete
DROP POLICY IF EXISTS "guard_contract_delete" ON "sales"."item";
CREATE POLICY "guard_contract_delete" ON "sales"."item" AS PERMISSIVE FOR DELETE TO "shop_contract" USING (true);

-- policy:sales.item:guard_owner
DROP POLICY IF EXISTS "guard_owner" ON "sales"."item";
CREATE POLICY "guard_owner" ON "sales"."item" AS PERMISSIVE FOR ALL TO sminion_owner USING (true);

-- row_security:sales.orders
-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, no row of theirs is seen, whatever other policies they have. How it was before is
-- written down for the way back, once.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"sales"."orders"';
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

-- policy:sales.orders:guard_floor
DROP POLICY IF EXISTS "guard_floor" ON "sales"."orders";
CREATE POLICY "guard_floor" ON "sales"."orders" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['shop_accounting', 'shop_contract', 'sminion_owner']::name[])));

-- policy:sales.orders:guard_refused
DROP POLICY IF EXISTS "guard_refused" ON "sales"."orders";
CREATE POLICY "guard_refused" ON "sales"."orders" AS PERMISSIVE FOR ALL TO PUBLIC USING (false);

-- others:sales.orders
-- A view that is not security_invoker reads with its owner's policies, while current_user is who asks: a compartment would
-- then be under none of its own, and under a permissive policy of the application it saw every row. So whoever else holds
-- anything on the table, its owner first, is refused by a policy of its own. Members of the two predefined roles hold it
-- without a grant. Compartments of an earlier policy are left out: their roles are dropped after this.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"sales"."orders"';
  others text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO others
  FROM pg_catalog.pg_roles r
  WHERE r.rolname <> ALL ('{"shop_accounting","shop_contract","sminion_owner"}'::name[])
    AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = r.rolname)
    AND (r.rolname IN ('pg_read_all_data', 'pg_write_all_data')
      OR r.oid IN (
        SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
        WHERE t.attrelid = target AND NOT t.attisdropped));
  DROP POLICY IF EXISTS guard_others ON "sales"."orders";
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"sales"."orders"''::regclass, ARRAY[''shop_accounting'', ''shop_contract'']::name[])' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:sales.orders:guard_floor_shop_accounting
DROP POLICY IF EXISTS "guard_floor_shop_accounting" ON "sales"."orders";
CREATE POLICY "guard_floor_shop_accounting" ON "sales"."orders" AS RESTRICTIVE FOR ALL TO "shop_accounting" USING (("customer_id" = ANY ((SELECT sminion.context('shop_accounting', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "customer_id" IS NOT NULL AND (guard_mask & 1::bigint) <> 0);

-- policy:sales.orders:guard_floor_shop_contract
DROP POLICY IF EXISTS "guard_floor_shop_contract" ON "sales"."orders";
CREATE POLICY "guard_floor_shop_contract" ON "sales"."orders" AS RESTRICTIVE FOR ALL TO "shop_contract" USING (("customer_id" = ANY ((SELECT sminion.context('shop_contract', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "customer_id" IS NOT NULL AND (guard_mask & 2::bigint) <> 0);

-- policy:sales.orders:guard_accounting_select
DROP POLICY IF EXISTS "guard_accounting_select" ON "sales"."orders";
CREATE POLICY "guard_accounting_select" ON "sales"."orders" AS PERMISSIVE FOR SELECT TO "shop_accounting" USING (true);

-- policy:sales.orders:guard_contract_select
DROP POLICY IF EXISTS "guard_contract_select" ON "sales"."orders";
CREATE POLICY "guard_contract_select" ON "sales"."orders" AS PERMISSIVE FOR SELECT TO "shop_contract" USING (true);

-- policy:sales.orders:guard_contract_insert
DROP POLICY IF EXISTS "guard_contract_insert" ON "sales"."orders";
CREATE POLICY "guard_contract_insert" ON "sales"."orders" AS PERMISSIVE FOR INSERT TO "shop_contract" WITH CHECK (true);

-- policy:sales.orders:guard_contract_update
DROP POLICY IF EXISTS "guard_contract_update" ON "sales"."orders";
CREATE POLICY "guard_contract_update" ON "sales"."orders" AS PERMISSIVE FOR UPDATE TO "shop_contract" USING (true) WITH CHECK (true);

-- policy:sales.orders:guard_contract_delete
DROP POLICY IF EXISTS "guard_contract_delete" ON "sales"."orders";
CREATE POLICY "guard_contract_delete" ON "sales"."orders" AS PERMISSIVE FOR DELETE TO "shop_contract" USING (true);

-- policy:sales.orders:guard_owner
DROP POLICY IF EXISTS "guard_owner" ON "sales"."orders";
CREATE POLICY "guard_owner" ON "sales"."orders" AS PERMISSIVE FOR ALL TO sminion_owner USING (true);

-- row_security:sales.product
-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, no row of theirs is seen, whatever other policies they have. How it was before is
-- written down for the way back, once.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"sales"."product"';
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

-- policy:sales.product:guard_floor
DROP POLICY IF EXISTS "guard_floor" ON "sales"."product";
CREATE POLICY "guard_floor" ON "sales"."product" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['shop_accounting', 'shop_contract', 'sminion_owner']::name[])));

-- policy:sales.product:guard_refused
DROP POLICY IF EXISTS "guard_refused" ON "sales"."product";
CREATE POLICY "guard_refused" ON "sales"."product" AS PERMISSIVE FOR ALL TO PUBLIC USING (false);

-- others:sales.product
-- A view that is not security_invoker reads with its owner's policies, while current_user is who asks: a compartment would
-- then be under none of its own, and under a permissive policy of the application it saw every row. So whoever else holds
-- anything on the table, its owner first, is refused by a policy of its own. Members of the two predefined roles hold it
-- without a grant. Compartments of an earlier policy are left out: their roles are dropped after this.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"sales"."product"';
  others text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO others
  FROM pg_catalog.pg_roles r
  WHERE r.rolname <> ALL ('{"shop_accounting","shop_contract","sminion_owner"}'::name[])
    AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = r.rolname)
    AND (r.rolname IN ('pg_read_all_data', 'pg_write_all_data')
      OR r.oid IN (
        SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
        WHERE t.attrelid = target AND NOT t.attisdropped));
  DROP POLICY IF EXISTS guard_others ON "sales"."product";
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"sales"."product"''::regclass, ARRAY[''shop_accounting'', ''shop_contract'']::name[])' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:sales.product:guard_floor_shop_accounting
DROP POLICY IF EXISTS "guard_floor_shop_accounting" ON "sales"."product";
CREATE POLICY "guard_floor_shop_accounting" ON "sales"."product" AS RESTRICTIVE FOR ALL TO "shop_accounting" USING ((SELECT sminion.context('shop_accounting', current_user) IS DISTINCT FROM '{}'));

-- policy:sales.product:guard_floor_shop_contract
DROP POLICY IF EXISTS "guard_floor_shop_contract" ON "sales"."product";
CREATE POLICY "guard_floor_shop_contract" ON "sales"."product" AS RESTRICTIVE FOR ALL TO "shop_contract" USING ((SELECT sminion.context('shop_contract', current_user) IS DISTINCT FROM '{}'));

-- policy:sales.product:guard_accounting_select
DROP POLICY IF EXISTS "guard_accounting_select" ON "sales"."product";
CREATE POLICY "guard_accounting_select" ON "sales"."product" AS PERMISSIVE FOR SELECT TO "shop_accounting" USING (true);

-- policy:sales.product:guard_contract_select
DROP POLICY IF EXISTS "guard_contract_select" ON "sales"."product";
CREATE POLICY "guard_contract_select" ON "sales"."product" AS PERMISSIVE FOR SELECT TO "shop_contract" USING (true);

-- policy:sales.product:guard_contract_insert
DROP POLICY IF EXISTS "guard_contract_insert" ON "sales"."product";
CREATE POLICY "guard_contract_insert" ON "sales"."product" AS PERMISSIVE FOR INSERT TO "shop_contract" WITH CHECK (true);

-- policy:sales.product:guard_contract_update
DROP POLICY IF EXISTS "guard_contract_update" ON "sales"."product";
CREATE POLICY "guard_contract_update" ON "sales"."product" AS PERMISSIVE FOR UPDATE TO "shop_contract" USING (true) WITH CHECK (true);

-- policy:sales.product:guard_contract_delete
DROP POLICY IF EXISTS "guard_contract_delete" ON "sales"."product";
CREATE POLICY "guard_contract_delete" ON "sales"."product" AS PERMISSIVE FOR DELETE TO "shop_contract" USING (true);

-- schema_usage:crm:shop_accounting
GRANT USAGE ON SCHEMA "crm" TO "shop_accounting";

-- schema_usage:sales:shop_accounting
GRANT USAGE ON SCHEMA "sales" TO "shop_accounting";

-- schema_usage:crm:shop_contract
GRANT USAGE ON SCHEMA "crm" TO "shop_contract";

-- schema_usage:sales:shop_contract
GRANT USAGE ON SCHEMA "sales" TO "shop_contract";

-- schema_usage:marketing:shop_marketing
GRANT USAGE ON SCHEMA "marketing" TO "shop_marketing";

-- schema_usage:crm:shop_rectification
GRANT USAGE ON SCHEMA "crm" TO "shop_rectification";

-- column_grant:crm.customer:shop_accounting
REVOKE ALL ON TABLE "crm"."customer" FROM "shop_accounting";
GRANT SELECT ("id", "last_seen_at") ON TABLE "crm"."customer" TO "shop_accounting";

-- column_grant:crm.customer:shop_contract
REVOKE ALL ON TABLE "crm"."customer" FROM "shop_contract";
GRANT SELECT ("email", "full_name", "id", "last_seen_at"), INSERT ("email", "full_name", "id", "last_seen_at"), UPDATE ("email", "full_name", "last_seen_at"), DELETE ON TABLE "crm"."customer" TO "shop_contract";

-- sequence_usage:crm.customer:shop_contract
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
    EXECUTE pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO "shop_contract"', read);
  END LOOP;
END
$sminion$;

-- column_grant:crm.customer:shop_rectification
REVOKE ALL ON TABLE "crm"."customer" FROM "shop_rectification";
GRANT SELECT ("born_on", "email", "full_name", "id", "last_seen_at"), UPDATE ("born_on", "email", "full_name", "last_seen_at") ON TABLE "crm"."customer" TO "shop_rectification";

-- column_grant:marketing.subscriber:shop_marketing
REVOKE ALL ON TABLE "marketing"."subscriber" FROM "shop_marketing";
GRANT SELECT ("customer_id", "email") ON TABLE "marketing"."subscriber" TO "shop_marketing";

-- column_grant:sales.item:shop_accounting
REVOKE ALL ON TABLE "sales"."item" FROM "shop_accounting";
GRANT SELECT ("id", "order_id", "what") ON TABLE "sales"."item" TO "shop_accounting";

-- column_grant:sales.item:shop_contract
REVOKE ALL ON TABLE "sales"."item" FROM "shop_contract";
GRANT SELECT ("id", "order_id", "what"), INSERT ("id", "order_id", "what"), UPDATE ("what"), DELETE ON TABLE "sales"."item" TO "shop_contract";

-- sequence_usage:sales.item:shop_contract
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
    WHERE s.relkind = 'S' AND f.adrelid = '"sales"."item"'::pg_catalog.regclass
    UNION
    SELECT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
    WHERE s.relkind = 'S' AND d.refobjid = '"sales"."item"'::pg_catalog.regclass
  LOOP
    EXECUTE pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO "shop_contract"', read);
  END LOOP;
END
$sminion$;

-- column_grant:sales.orders:shop_accounting
REVOKE ALL ON TABLE "sales"."orders" FROM "shop_accounting";
GRANT SELECT ("customer_id", "id", "total") ON TABLE "sales"."orders" TO "shop_accounting";

-- column_grant:sales.orders:shop_contract
REVOKE ALL ON TABLE "sales"."orders" FROM "shop_contract";
GRANT SELECT ("customer_id", "id", "total"), INSERT ("customer_id", "id", "total"), UPDATE ("total"), DELETE ON TABLE "sales"."orders" TO "shop_contract";

-- sequence_usage:sales.orders:shop_contract
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
    WHERE s.relkind = 'S' AND f.adrelid = '"sales"."orders"'::pg_catalog.regclass
    UNION
    SELECT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
    WHERE s.relkind = 'S' AND d.refobjid = '"sales"."orders"'::pg_catalog.regclass
  LOOP
    EXECUTE pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO "shop_contract"', read);
  END LOOP;
END
$sminion$;

-- column_grant:sales.product:shop_accounting
REVOKE ALL ON TABLE "sales"."product" FROM "shop_accounting";
GRANT SELECT ("id", "name") ON TABLE "sales"."product" TO "shop_accounting";

-- column_grant:sales.product:shop_contract
REVOKE ALL ON TABLE "sales"."product" FROM "shop_contract";
GRANT SELECT ("id", "name"), INSERT ("id", "name"), UPDATE ("name"), DELETE ON TABLE "sales"."product" TO "shop_contract";

-- sequence_usage:sales.product:shop_contract
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
    WHERE s.relkind = 'S' AND f.adrelid = '"sales"."product"'::pg_catalog.regclass
    UNION
    SELECT s.oid FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
    WHERE s.relkind = 'S' AND d.refobjid = '"sales"."product"'::pg_catalog.regclass
  LOOP
    EXECUTE pg_catalog.format('GRANT USAGE ON SEQUENCE %s TO "shop_contract"', read);
  END LOOP;
END
$sminion$;

-- holdings:shop_accounting
-- What the role holds beside the policy is taken away. A privilege that another than the owner gave outlives the owner's
-- REVOKE, so what is left is taken away as whoever gave it, where the installing role may. What is left then is named at
-- the end of `apply`, which refuses.
DO $sminion$
DECLARE
  more   record;
  second boolean;
BEGIN
  FOREACH second IN ARRAY ARRAY[false, true] LOOP
    FOR more IN SELECT e.item, e.undo, e.grantor FROM sminion.role_excess('shop_accounting', '{"members":["shop_all","shop_app"],"neutral":{},"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)"],"schemas":["crm","sales"],"tables":{"crm":{"customer":{"SELECT":["id","last_seen_at"]}},"sales":{"item":{"SELECT":["id","order_id","what"]},"orders":{"SELECT":["customer_id","id","total"]},"product":{"SELECT":["id","name"]}}}}'::pg_catalog.jsonb) e LOOP
      CONTINUE WHEN more.undo IS NULL OR (second AND more.grantor IS NULL);
      BEGIN
        IF second THEN
          PERFORM pg_catalog.set_config('role', more.grantor, true);
        END IF;
        EXECUTE more.undo;
        RAISE NOTICE 'taken away: compartment % also held %', 'shop_accounting', more.item;
      EXCEPTION WHEN insufficient_privilege OR undefined_object OR invalid_grant_operation OR dependent_objects_still_exist THEN
        NULL;
      END;
      PERFORM pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
    END LOOP;
  END LOOP;
END
$sminion$;

-- holdings:shop_contract
-- What the role holds beside the policy is taken away. A privilege that another than the owner gave outlives the owner's
-- REVOKE, so what is left is taken away as whoever gave it, where the installing role may. What is left then is named at
-- the end of `apply`, which refuses.
DO $sminion$
DECLARE
  more   record;
  second boolean;
BEGIN
  FOREACH second IN ARRAY ARRAY[false, true] LOOP
    FOR more IN SELECT e.item, e.undo, e.grantor FROM sminion.role_excess('shop_contract', '{"members":["shop_all","shop_app"],"neutral":{},"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)"],"schemas":["crm","sales"],"tables":{"crm":{"customer":{"DELETE":[],"INSERT":["email","full_name","id","last_seen_at"],"SELECT":["email","full_name","id","last_seen_at"],"UPDATE":["email","full_name","last_seen_at"]}},"sales":{"item":{"DELETE":[],"INSERT":["id","order_id","what"],"SELECT":["id","order_id","what"],"UPDATE":["what"]},"orders":{"DELETE":[],"INSERT":["customer_id","id","total"],"SELECT":["customer_id","id","total"],"UPDATE":["total"]},"product":{"DELETE":[],"INSERT":["id","name"],"SELECT":["id","name"],"UPDATE":["name"]}}}}'::pg_catalog.jsonb) e LOOP
      CONTINUE WHEN more.undo IS NULL OR (second AND more.grantor IS NULL);
      BEGIN
        IF second THEN
          PERFORM pg_catalog.set_config('role', more.grantor, true);
        END IF;
        EXECUTE more.undo;
        RAISE NOTICE 'taken away: compartment % also held %', 'shop_contract', more.item;
      EXCEPTION WHEN insufficient_privilege OR undefined_object OR invalid_grant_operation OR dependent_objects_still_exist THEN
        NULL;
      END;
      PERFORM pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
    END LOOP;
  END LOOP;
END
$sminion$;

-- holdings:shop_marketing
-- What the role holds beside the policy is taken away. A privilege that another than the owner gave outlives the owner's
-- REVOKE, so what is left is taken away as whoever gave it, where the installing role may. What is left then is named at
-- the end of `apply`, which refuses.
DO $sminion$
DECLARE
  more   record;
  second boolean;
BEGIN
  FOREACH second IN ARRAY ARRAY[false, true] LOOP
    FOR more IN SELECT e.item, e.undo, e.grantor FROM sminion.role_excess('shop_marketing', '{"members":["shop_all","shop_newsletter"],"neutral":{},"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)"],"schemas":["marketing"],"tables":{"marketing":{"subscriber":{"SELECT":["customer_id","email"]}}}}'::pg_catalog.jsonb) e LOOP
      CONTINUE WHEN more.undo IS NULL OR (second AND more.grantor IS NULL);
      BEGIN
        IF second THEN
          PERFORM pg_catalog.set_config('role', more.grantor, true);
        END IF;
        EXECUTE more.undo;
        RAISE NOTICE 'taken away: compartment % also held %', 'shop_marketing', more.item;
      EXCEPTION WHEN insufficient_privilege OR undefined_object OR invalid_grant_operation OR dependent_objects_still_exist THEN
        NULL;
      END;
      PERFORM pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
    END LOOP;
  END LOOP;
END
$sminion$;

-- holdings:shop_rectification
-- What the role holds beside the policy is taken away. A privilege that another than the owner gave outlives the owner's
-- REVOKE, so what is left is taken away as whoever gave it, where the installing role may. What is left then is named at
-- the end of `apply`, which refuses.
DO $sminion$
DECLARE
  more   record;
  second boolean;
BEGIN
  FOREACH second IN ARRAY ARRAY[false, true] LOOP
    FOR more IN SELECT e.item, e.undo, e.grantor FROM sminion.role_excess('shop_rectification', '{"members":["shop_all"],"neutral":{},"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)"],"schemas":["crm"],"tables":{"crm":{"customer":{"SELECT":["born_on","email","full_name","id","last_seen_at"],"UPDATE":["born_on","email","full_name","last_seen_at"]}}}}'::pg_catalog.jsonb) e LOOP
      CONTINUE WHEN more.undo IS NULL OR (second AND more.grantor IS NULL);
      BEGIN
        IF second THEN
          PERFORM pg_catalog.set_config('role', more.grantor, true);
        END IF;
        EXECUTE more.undo;
        RAISE NOTICE 'taken away: compartment % also held %', 'shop_rectification', more.item;
      EXCEPTION WHEN insufficient_privilege OR undefined_object OR invalid_grant_operation OR dependent_objects_still_exist THEN
        NULL;
      END;
      PERFORM pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
    END LOOP;
  END LOOP;
END
$sminion$;

-- guard_closed:shop
-- As in holdings: first as the owner, then as whoever gave it.
DO $sminion$
DECLARE
  more   record;
  second boolean;
BEGIN
  FOREACH second IN ARRAY ARRAY[false, true] LOOP
    FOR more IN SELECT e.item, e.undo, e.grantor FROM sminion.guard_excess('{"shop_accounting":{"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)"],"views":[]},"shop_all":{"journal":true,"routines":["open_ticket(text, text, text, text[], text, text, text, jsonb, text, text, bigint)","enter(text)","session_facts()","policy_in_force()","context(name, name)","open_log()","knows_log(bigint, text)","log_shape(jsonb)","maintain(boolean)","maintain_step(text)","count_journal(integer, boolean)"],"views":[]},"shop_app":{"journal":true,"routines":["open_ticket(text, text, text, text[], text, text, text, jsonb, text, text, bigint)","enter(text)","session_facts()","policy_in_force()","context(name, name)","open_log()","knows_log(bigint, text)","log_shape(jsonb)","maintain(boolean)","maintain_step(text)","count_journal(integer, boolean)"],"views":[]},"shop_auditor":{"routines":["policy_in_force()","object_states()","state_holders(text)","blind_tables()","unfolded_entries()","unfolded_writes()","fold_holders()","leaves(bigint, bigint)","stray_rows()","silent_tickets(date)","consent_differences()","record_checkpoint(bigint, bytea, text)","report_restore(text)","ledger_size(bigint)","ledger_events(bigint, bigint)","record_reading(text, text, text, timestamptz, timestamptz, text, text)","explanations()","explained_accesses(bigint)","accesses_of(text, timestamptz, timestamptz, timestamptz, bigint)","retention_status(boolean)","other_keys(text)"],"views":["access_log","ticket_minutes","journal_minutes","statement_log","refusals","subject_access","write_log","log_faults","dropped_log","ddl_suspension","act","subject_history","consent_register","request_status","request_history","clarifications","calendar","report","obligation_status","disclosures","transfers","disclosure_register","destruction_status","destruction_event","destruction","certificate","hold","merged_subjects","subject_status","settle_status","pending_changes","settle_problems","maintenance_status","retention_progress","policy_version","installed_object","tile","tree_state","checkpoint"]},"shop_contract":{"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)"],"views":[]},"shop_maintenance":{"routines":["settle(integer, integer)","remask(integer)","backfill(integer)","await_older(interval)","extend_log(integer)","state_holders(text)","blind_tables()","maintain(boolean)","maintain_step(text)","fold_holders()","purge_batch(text, integer, boolean)","retention_status(boolean)","expired_partitions()","drop_expired_partition(text)","check_partition(oid)","record_drop(oid)"],"views":["settle_status","pending_changes","settle_problems","maintenance_status","retention_progress"]},"shop_marketing":{"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)"],"views":[]},"shop_newsletter":{"journal":true,"routines":["open_ticket(text, text, text, text[], text, text, text, jsonb, text, text, bigint)","enter(text)","session_facts()","policy_in_force()","context(name, name)","open_log()","knows_log(bigint, text)","log_shape(jsonb)","maintain(boolean)","maintain_step(text)","count_journal(integer, boolean)"],"views":[]},"shop_privacy_officer":{"routines":["policy_in_force()","merge_subjects(text, text, text, text, text, text, bigint)","merge_subjects(anynonarray, anynonarray, text, text, text, text, bigint)","unmerge_subjects(text, text, text, text, text, text, bigint)","unmerge_subjects(anynonarray, anynonarray, text, text, text, text, bigint)","block(text, text, text, text, text[], timestamptz)","block(anynonarray, text, text, text, text[], timestamptz)","unblock(text, text, text, text, text[])","unblock(anynonarray, text, text, text, text[])","give_consent(text, text, text, text, text, timestamptz, bytea, text, timestamptz)","give_consent(anynonarray, text, text, text, text, timestamptz, bytea, text, timestamptz)","refuse_consent(text, text, text, text, text, timestamptz, bytea, text)","refuse_consent(anynonarray, text, text, text, text, timestamptz, bytea, text)","withdraw_consent(text, text, text, text, text)","withdraw_consent(anynonarray, text, text, text, text)","object(text, text, text, text, text)","object(anynonarray, text, text, text, text)","withdraw_objection(text, text, text, text, text)","withdraw_objection(anynonarray, text, text, text, text)","give_consents(text[], text, text, text, text)","import_consents(text[], text[], text[], timestamptz[], bytea[], text[], timestamptz[], text[], text, text)","consent_differences()","withdraw_consents(text[], text, text, text, text)","object_all(text[], text, text, text, text)","block_all(text[], text, text, text)","revoke_ticket(bigint, text)","await_older(interval)","block_and_wait(text, text, text, interval, text, text[], timestamptz)","block_and_wait(anynonarray, text, text, interval, text, text[], timestamptz)","state_holders(text)","blind_tables()","suspend_ddl_guard(text, timestamptz)","resume_ddl_guard(text)","open_request(text, text, text, text, text, timestamptz, text, text, text, text, text, text[])","open_request(anynonarray, text, text, text, text, timestamptz, text, text, text, text, text, text[])","identify_request(bigint, text, text)","assign_request(bigint, text, text, text)","note_request(bigint, text, text)","extend_request(bigint, text, text)","close_request(bigint, text, text, bigint, text, boolean)","plan_destruction(bigint, boolean)","begin_destruction(bigint, text, boolean, text)","destroy_batch(bigint, integer)","purge_batch(text, integer, boolean)","retention_status(boolean)","expired_partitions()","forget_pseudonym_key(text)","rotate_pseudonyms(text, text)","hold_data(text, text, text, text, text, timestamptz, text, text)","release_hold(bigint, text, text)","record_verification(bigint, jsonb, text)","keep_certificate(bigint, text, text)","record_disclosure(text, text, text[], text[], text, timestamptz, text, text)","settle_obligation(bigint, text, text, text)","load_calendar(text, text, date, date, date, date[], date[])","begin_report(text, text, bigint, text)","report_tables(bigint)","report_rows(bigint, text, text)","report_restore(text)","accept_restore(text, boolean)","ledger_size(bigint)","ledger_events(bigint, bigint)","ledger_people(bytea, bytea[])","end_replay(text, bigint, bigint, text)","replay_decision(text, bigint, text, timestamptz, text, text, jsonb)","drop_log(date, text)","erase_from_log(text, text, text)","record_reading(text, text, text, timestamptz, timestamptz, text, text)","unfolded_entries()","unfolded_writes()","fold_holders()","explanations()","explained_accesses(bigint)","accesses_of(text, timestamptz, timestamptz, timestamptz, bigint)","other_keys(text)"],"views":["access_log","ticket_minutes","journal_minutes","statement_log","refusals","subject_access","write_log","log_faults","dropped_log","ddl_suspension","act","subject_history","consent_register","request_status","request_history","clarifications","calendar","report","obligation_status","disclosures","transfers","disclosure_register","destruction_status","destruction_event","destruction","certificate","hold","merged_subjects","subject_status","settle_status","pending_changes","settle_problems","maintenance_status","retention_progress","policy_version"]},"shop_rectification":{"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)"],"views":[]}}'::pg_catalog.jsonb, '[["crm","customer"],["marketing","subscriber"],["sales","orders"],["sales","item"]]'::pg_catalog.jsonb) e LOOP
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
