-- The owner of everything in schema `sminion`: it cannot log in, nobody stays its member, and only its own functions act as it.
-- Roles are cluster-wide, so another database may have made it already; a role of this name that could log in, or that
-- somebody can become, would hand every definer function to its members, so it is refused.
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'sminion_owner') THEN
    IF EXISTS (
      SELECT FROM pg_catalog.pg_roles
      WHERE rolname = 'sminion_owner'
        AND (rolcanlogin OR rolsuper OR rolcreaterole OR rolbypassrls OR rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG401',
        MESSAGE = 'role `sminion_owner` exists and is more than an owner',
        DETAIL = 'It may log in, or it has SUPERUSER, CREATEROLE, BYPASSRLS or REPLICATION.',
        HINT = 'Drop or rename that role, then install again.';
    END IF;
    -- From 16 on, whoever made a role may grant it and still cannot become it: set_option tells (15 has no such column).
    IF EXISTS (
      SELECT FROM pg_catalog.pg_auth_members m
      JOIN pg_catalog.pg_roles r ON r.oid = m.member
      WHERE m.roleid = (SELECT o.oid FROM pg_catalog.pg_roles o WHERE o.rolname = 'sminion_owner')
        AND r.rolname <> current_user AND NOT r.rolsuper
        AND coalesce((pg_catalog.to_jsonb(m) ->> 'set_option')::boolean
                     OR (pg_catalog.to_jsonb(m) ->> 'inherit_option')::boolean, true)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG401',
        MESSAGE = 'role `sminion_owner` exists and has members',
        DETAIL = 'They would act as the owner of the access log.',
        HINT = 'Revoke the role from its members (see pg_auth_members), then install again.';
    END IF;
  ELSE
    CREATE ROLE sminion_owner NOLOGIN NOINHERIT NOCREATEDB NOCREATEROLE NOREPLICATION;
    COMMENT ON ROLE sminion_owner IS 'sminion_guard: owner of schema sminion';
  END IF;
  -- To see whether a connection is encrypted: PostgreSQL shows that of a session to its own role and to members only. INHERIT,
  -- because 15 asks the role and not the membership. Who may not grant it installs all the same: logins are refused over TCP
  -- then, if the policy requires TLS.
  BEGIN
    GRANT pg_read_all_stats TO sminion_owner;
    ALTER ROLE sminion_owner INHERIT;
  EXCEPTION WHEN insufficient_privilege THEN
    RAISE WARNING USING ERRCODE = 'SG224',
      MESSAGE = 'role `sminion_owner` cannot see whether connections are encrypted',
      DETAIL = 'A policy with `require_tls` refuses every login over TCP until it can.',
      HINT = 'As a superuser: GRANT pg_read_all_stats TO sminion_owner; ALTER ROLE sminion_owner INHERIT;';
  END;
  IF NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) THEN
    -- Only until the end of the installation: see roles/release.sql.
    EXECUTE pg_catalog.format('GRANT sminion_owner TO %I', current_user);
  END IF;
END
$sminion$;

-- Masks are set without the application's triggers (see sminion.begin_replica_role), where the installing role may allow it.
DO $sminion$
BEGIN
  -- What the script of an extension grants is kept as a privilege of the extension, on a parameter too, and no role of whom that is
  -- said can be dropped: there, a superuser's first `apply` grants it (queries/migrate/lend_replica_role.sql).
  IF NOT pg_catalog.has_parameter_privilege('sminion_owner', 'session_replication_role', 'SET')
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'sminion_guard')
  THEN
    GRANT SET ON PARAMETER session_replication_role TO sminion_owner;
  END IF;
EXCEPTION WHEN insufficient_privilege THEN
  RAISE NOTICE 'sminion_owner may not set session_replication_role: triggers of the application hear of masks';
END
$sminion$;

-- Remembered for the way back: RESET ROLE would forget a SET ROLE the DBA made before.
SELECT pg_catalog.set_config('sminion.installer', current_user, true);

CREATE SCHEMA sminion AUTHORIZATION sminion_owner;
COMMENT ON SCHEMA sminion IS 'sminion_guard: policy, tickets, subjects'' state and the access log';

SELECT pg_catalog.set_config('role', 'sminion_owner', true);
