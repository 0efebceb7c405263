DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = <<role_literal>>) THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = <<role_literal>> AND pg_catalog.shobj_description(r.oid, 'pg_authid') = <<comment>>
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', <<role_literal>>),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE <<role>> NOLOGIN NOINHERIT;
    COMMENT ON ROLE <<role>> IS <<comment>>;
  END IF;
END
$sminion$
