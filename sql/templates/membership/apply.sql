-- A login that may own what is protected keeps its attributes and what it may grant: it is above the policy as it is, and
-- what it inherits opens no row, since row security asks for the role that acts.
DO $sminion$
BEGIN
  IF pg_catalog.current_setting('server_version_num')::integer >= 160000 THEN
    -- Inheritance belongs to the membership: granted once more, an earlier grant of ours is mended too.
    EXECUTE 'GRANT <<role>> TO <<login>> WITH ADMIN FALSE, INHERIT FALSE, SET TRUE';
  ELSE
    -- Inheritance belongs to the login, so it must be gone before the grant.
    IF NOT <<may_own>> AND (SELECT r.rolinherit FROM pg_catalog.pg_roles r WHERE r.rolname = <<login_literal>>) THEN
      RAISE WARNING 'login % inherited the privileges of its roles: changed to NOINHERIT', <<login_literal>>
        USING ERRCODE = 'SG455';
      ALTER ROLE <<login>> NOINHERIT;
    END IF;
    GRANT <<role>> TO <<login>>;
    IF NOT <<may_own>> AND pg_catalog.pg_has_role(<<login_literal>>, <<role_literal>>, 'MEMBER WITH ADMIN OPTION') THEN
      RAISE WARNING 'login % could grant role %: admin option revoked', <<login_literal>>, <<role_literal>>
        USING ERRCODE = 'SG455';
      REVOKE ADMIN OPTION FOR <<role>> FROM <<login>>;
    END IF;
  END IF;
  IF NOT <<may_own>> AND (pg_catalog.pg_has_role(<<login_literal>>, <<role_literal>>, 'USAGE')
                          OR pg_catalog.pg_has_role(<<login_literal>>, <<role_literal>>, 'MEMBER WITH ADMIN OPTION'))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG404',
      MESSAGE = pg_catalog.format('login `%s` inherits or may grant `%s`', <<login_literal>>, <<role_literal>>),
      DETAIL = 'It has the membership in another way too: from another grantor, or through another role.',
      HINT = 'Revoke the other membership (see pg_auth_members), then apply again.';
  END IF;
END
$sminion$
