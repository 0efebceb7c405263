-- What a guarded client asks before it serves anybody, and again when sminion.policy_in_force says that another policy is in
-- force: this policy, how long a ticket lasts, in which ways this login is not bound (normally none), and whether its
-- transactions must be marked because it may hold incompatible purposes. NULL while no policy is in force.
CREATE FUNCTION sminion.session_facts() RETURNS jsonb
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT jsonb_build_object(
    'name', p.name,
    'version', p.version,
    'fingerprint', p.fingerprint,
    'ticket_lifetime_seconds', extract(epoch FROM p.ticket_lifetime),
    'document', v.document,
    'loose', to_jsonb(ARRAY(
      SELECT x.why FROM (
        SELECT format('it is %s', a.attribute)
        FROM pg_roles r,
          LATERAL (VALUES (r.rolsuper, 'a superuser'), (r.rolbypassrls, 'BYPASSRLS'), (r.rolcreaterole, 'CREATEROLE'))
            AS a (has, attribute)
        WHERE r.rolname = session_user AND a.has
        UNION ALL
        SELECT format('it inherits compartment `%s`', c.role)
        FROM sminion.compartment c WHERE pg_has_role(session_user, c.role, 'USAGE')
        UNION ALL
        SELECT format('it may grant compartment `%s`', c.role)
        FROM sminion.compartment c WHERE pg_has_role(session_user, c.role, 'MEMBER WITH ADMIN OPTION')
        UNION ALL
        SELECT format('it may act as the owner of `%s.%s`', t.schema_name, t.table_name)
        FROM sminion.protected_table t
        JOIN pg_namespace n ON n.nspname = t.schema_name
        JOIN pg_class k ON k.relnamespace = n.oid AND k.relname = t.table_name
        WHERE pg_has_role(session_user, k.relowner, 'MEMBER')
      ) AS x (why)
      ORDER BY x.why
    )),
    'alternating', EXISTS (SELECT FROM sminion.login l WHERE l.login = session_user AND l.may_hold_incompatible)
  )
  FROM sminion.policy p
  JOIN sminion.policy_version v ON v.epoch = p.epoch
$sminion$;
COMMENT ON FUNCTION sminion.session_facts() IS
  'the policy in force and what the login may do; called by the guarded session';
