-- role:desk_auditor
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'desk_auditor') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'desk_auditor' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy desk'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'desk_auditor'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "desk_auditor" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "desk_auditor" IS 'sminion_guard: role of policy desk';
  END IF;
END
$sminion$;

-- role:desk_backup
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'desk_backup') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'desk_backup' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy desk'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'desk_backup'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "desk_backup" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "desk_backup" IS 'sminion_guard: role of policy desk';
  END IF;
END
$sminion$;

-- role:desk_help
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'desk_help') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'desk_help' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy desk'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'desk_help'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "desk_help" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "desk_help" IS 'sminion_guard: role of policy desk';
  END IF;
END
$sminion$;

-- role:desk_maintenance
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'desk_maintenance') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'desk_maintenance' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy desk'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'desk_maintenance'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "desk_maintenance" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "desk_maintenance" IS 'sminion_guard: role of policy desk';
  END IF;
END
$sminion$;

-- role:desk_privacy_officer
DO $sminion$
BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'desk_privacy_officer') THEN
    -- Roles are cluster-wide: another database with this policy may have made it. One that is not ours is not adopted,
    -- because its members and privileges would come along.
    IF NOT EXISTS (
      SELECT FROM pg_catalog.pg_roles r
      WHERE r.rolname = 'desk_privacy_officer' AND pg_catalog.shobj_description(r.oid, 'pg_authid') = 'sminion_guard: role of policy desk'
        AND NOT (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls OR r.rolreplication)
    ) THEN
      RAISE EXCEPTION USING ERRCODE = 'SG403',
        MESSAGE = pg_catalog.format('role `%s` exists and is not a plain role of this policy', 'desk_privacy_officer'),
        HINT = 'Drop or rename that role, or give the policy another name.';
    END IF;
  ELSE
    CREATE ROLE "desk_privacy_officer" NOLOGIN NOINHERIT;
    COMMENT ON ROLE "desk_privacy_officer" IS 'sminion_guard: role of policy desk';
  END IF;
END
$sminion$;

-- membership:desk_app:desk_help
-- A login that may own what is protected keeps its attributes and what it may grant: it is above the policy as it is, and
-- what it inherits opens no row, since row security asks for the role that acts.
DO $sminion$
BEGIN
  IF pg_catalog.current_setting('server_version_num')::integer >= 160000 THEN
    -- Inheritance belongs to the membership: granted once more, an earlier grant of ours is mended too.
    EXECUTE 'GRANT "desk_help" TO "desk_app" WITH ADMIN FALSE, INHERIT FALSE, SET TRUE';
  ELSE
    -- Inheritance belongs to the login, so it must be gone before the grant.
    IF NOT false AND (SELECT r.rolinherit FROM pg_catalog.pg_roles r WHERE r.rolname = 'desk_app') THEN
      RAISE WARNING 'login % inherited the privileges of its roles: changed to NOINHERIT', 'desk_app'
        USING ERRCODE = 'SG455';
      ALTER ROLE "desk_app" NOINHERIT;
    END IF;
    GRANT "desk_help" TO "desk_app";
    IF NOT false AND pg_catalog.pg_has_role('desk_app', 'desk_help', 'MEMBER WITH ADMIN OPTION') THEN
      RAISE WARNING 'login % could grant role %: admin option revoked', 'desk_app', 'desk_help'
        USING ERRCODE = 'SG455';
      REVOKE ADMIN OPTION FOR "desk_help" FROM "desk_app";
    END IF;
  END IF;
  IF NOT false AND (pg_catalog.pg_has_role('desk_app', 'desk_help', 'USAGE')
                          OR pg_catalog.pg_has_role('desk_app', 'desk_help', 'MEMBER WITH ADMIN OPTION'))
  THEN
    RAISE EXCEPTION USING ERRCODE = 'SG404',
      MESSAGE = pg_catalog.format('login `%s` inherits or may grant `%s`', 'desk_app', 'desk_help'),
      DETAIL = 'It has the membership in another way too: from another grantor, or through another role.',
      HINT = 'Revoke the other membership (see pg_auth_members), then apply again.';
  END IF;
END
$sminion$;

-- closed_database:desk
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
           OR a.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ('{"desk_app"}'::pg_catalog.name[])))
    UNION ALL
    SELECT pg_catalog.format('SCHEMA %I', n.nspname), a.privilege_type, a.grantee, n.nspowner
    FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) a
    WHERE a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner
      AND (a.grantee = 0
           OR a.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ('{"desk_app"}'::pg_catalog.name[])))
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
           OR a.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ('{"desk_app"}'::pg_catalog.name[])))
    UNION ALL
    SELECT pg_catalog.format('SCHEMA %I', n.nspname), a.privilege_type, a.grantee
    FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) a
    WHERE a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner
      AND (a.grantee = 0
           OR a.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ('{"desk_app"}'::pg_catalog.name[])))
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

-- closed_schema:desk
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
      WHERE n.nspname = 'desk'
      UNION ALL
      SELECT '', pg_catalog.format(CASE c.relkind WHEN 'S' THEN 'SEQUENCE %I.%I' ELSE 'TABLE %I.%I' END, n.nspname, c.relname),
             a.privilege_type, a.grantee, a.is_grantable
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, pg_catalog.aclexplode(c.relacl) a
      WHERE n.nspname = 'desk'
      UNION ALL
      SELECT '', pg_catalog.format('TABLE %I.%I', n.nspname, c.relname),
             pg_catalog.format('%s (%I)', a.privilege_type, t.attname), a.grantee, a.is_grantable
      FROM pg_catalog.pg_attribute t
      JOIN pg_catalog.pg_class c ON c.oid = t.attrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, pg_catalog.aclexplode(t.attacl) a
      WHERE n.nspname = 'desk' AND NOT t.attisdropped
      UNION ALL
      -- Only definer functions: they act with their owner's privileges. Others act with the caller's, and defaults and
      -- constraints need them.
      SELECT '', pg_catalog.format('%s %s', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.oid::pg_catalog.regprocedure),
             a.privilege_type, a.grantee, a.is_grantable
      FROM pg_catalog.pg_proc p
      JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace,
           pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
      WHERE n.nspname = 'desk' AND p.prosecdef AND p.prokind IN ('f', 'p', 'w')
      UNION ALL
      -- What the next table, sequence or function there would be open to.
      SELECT pg_catalog.format('ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA %I ', f.defaclrole::pg_catalog.regrole, n.nspname),
             CASE f.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' ELSE 'ROUTINES' END,
             a.privilege_type, a.grantee, a.is_grantable
      FROM pg_catalog.pg_default_acl f
      JOIN pg_catalog.pg_namespace n ON n.oid = f.defaclnamespace, pg_catalog.aclexplode(f.defaclacl) a
      WHERE n.nspname = 'desk' AND f.defaclobjtype IN ('r', 'S', 'f')
    ) AS g (defaults, object, privilege, grantee, is_grantable)
    WHERE g.grantee = 0
       OR g.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ('{"desk_app"}'::pg_catalog.name[]))
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

-- backup_guard:desk_backup (as owner)
-- Schema `sminion` as it is in a dump: tables and sequences, and no function that others than PUBLIC may call.
DO $sminion$
DECLARE
  held record;
BEGIN
  GRANT USAGE ON SCHEMA sminion TO "desk_backup";
  FOR held IN
    SELECT pg_catalog.format('%s %s', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::pg_catalog.regclass) AS object
    FROM pg_catalog.pg_class c
    WHERE c.relnamespace = 'sminion'::pg_catalog.regnamespace AND c.relkind IN ('r', 'p', 'S')
  LOOP
    EXECUTE pg_catalog.format('GRANT SELECT ON %s TO "desk_backup"', held.object);
  END LOOP;
END
$sminion$;

-- guard_grant:desk_help (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'desk_help'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "desk_help"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "desk_help";
GRANT USAGE ON SCHEMA sminion TO "desk_help";
GRANT EXECUTE ON ROUTINE sminion.context(name, name), sminion.named_subject(name, name), sminion.named_alone(name, name, text, text[]), sminion.ticket_value(name, name, text), sminion.enter(text), sminion.refuse_expired(text, text, text), sminion.within_retention(date, interval, text), sminion.within_retention(timestamp, interval, text), sminion.within_retention(timestamptz, interval, text) TO "desk_help";

-- guard_grant:desk_auditor (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'desk_auditor'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "desk_auditor"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "desk_auditor";
GRANT USAGE ON SCHEMA sminion TO "desk_auditor";
GRANT EXECUTE ON ROUTINE sminion.policy_in_force(), sminion.object_states(), sminion.state_holders(text), sminion.blind_tables(), sminion.unfolded_entries(), sminion.unfolded_writes(), sminion.fold_holders(), sminion.leaves(bigint, bigint), sminion.stray_rows(), sminion.silent_tickets(date), sminion.consent_differences(), sminion.record_checkpoint(bigint, bytea, text), sminion.report_restore(text), sminion.ledger_size(bigint), sminion.ledger_events(bigint, bigint), sminion.record_reading(text, text, text, timestamptz, timestamptz, text, text), sminion.explanations(), sminion.explained_accesses(bigint), sminion.accesses_of(text, timestamptz, timestamptz, timestamptz, bigint), sminion.retention_status(boolean), sminion.other_keys(text) TO "desk_auditor";
GRANT SELECT ON sminion.access_log, sminion.ticket_minutes, sminion.journal_minutes, sminion.statement_log, sminion.refusals, sminion.subject_access, sminion.write_log, sminion.log_faults, sminion.dropped_log, sminion.ddl_suspension, sminion.act, sminion.subject_history, sminion.consent_register, sminion.request_status, sminion.request_history, sminion.clarifications, sminion.calendar, sminion.report, sminion.obligation_status, sminion.disclosures, sminion.transfers, sminion.disclosure_register, sminion.destruction_status, sminion.destruction_event, sminion.destruction, sminion.certificate, sminion.hold, sminion.merged_subjects, sminion.subject_status, sminion.settle_status, sminion.pending_changes, sminion.settle_problems, sminion.maintenance_status, sminion.retention_progress, sminion.policy_version, sminion.installed_object, sminion.tile, sminion.tree_state, sminion.checkpoint TO "desk_auditor";

-- guard_grant:desk_maintenance (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'desk_maintenance'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "desk_maintenance"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "desk_maintenance";
GRANT USAGE ON SCHEMA sminion TO "desk_maintenance";
GRANT EXECUTE ON ROUTINE sminion.settle(integer, integer), sminion.remask(integer), sminion.backfill(integer), sminion.await_older(interval), sminion.extend_log(integer), sminion.state_holders(text), sminion.blind_tables(), sminion.maintain(boolean), sminion.maintain_step(text), sminion.fold_holders(), sminion.purge_batch(text, integer, boolean), sminion.retention_status(boolean), sminion.expired_partitions(), sminion.drop_expired_partition(text), sminion.check_partition(oid), sminion.record_drop(oid) TO "desk_maintenance";
GRANT SELECT ON sminion.settle_status, sminion.pending_changes, sminion.settle_problems, sminion.maintenance_status, sminion.retention_progress TO "desk_maintenance";

-- guard_grant:desk_privacy_officer (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'desk_privacy_officer'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "desk_privacy_officer"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "desk_privacy_officer";
GRANT USAGE ON SCHEMA sminion TO "desk_privacy_officer";
GRANT EXECUTE ON ROUTINE sminion.policy_in_force(), sminion.merge_subjects(text, text, text, text, text, text, bigint), sminion.merge_subjects(anynonarray, anynonarray, text, text, text, text, bigint), sminion.unmerge_subjects(text, text, text, text, text, text, bigint), sminion.unmerge_subjects(anynonarray, anynonarray, text, text, text, text, bigint), sminion.block(text, text, text, text, text[], timestamptz), sminion.block(anynonarray, text, text, text, text[], timestamptz), sminion.unblock(text, text, text, text, text[]), sminion.unblock(anynonarray, text, text, text, text[]), sminion.give_consent(text, text, text, text, text, timestamptz, bytea, text, timestamptz), sminion.give_consent(anynonarray, text, text, text, text, timestamptz, bytea, text, timestamptz), sminion.refuse_consent(text, text, text, text, text, timestamptz, bytea, text), sminion.refuse_consent(anynonarray, text, text, text, text, timestamptz, bytea, text), sminion.withdraw_consent(text, text, text, text, text), sminion.withdraw_consent(anynonarray, text, text, text, text), sminion.object(text, text, text, text, text), sminion.object(anynonarray, text, text, text, text), sminion.withdraw_objection(text, text, text, text, text), sminion.withdraw_objection(anynonarray, text, text, text, text), sminion.give_consents(text[], text, text, text, text), sminion.import_consents(text[], text[], text[], timestamptz[], bytea[], text[], timestamptz[], text[], text, text), sminion.consent_differences(), sminion.withdraw_consents(text[], text, text, text, text), sminion.object_all(text[], text, text, text, text), sminion.block_all(text[], text, text, text), sminion.revoke_ticket(bigint, text), sminion.await_older(interval), sminion.block_and_wait(text, text, text, interval, text, text[], timestamptz), sminion.block_and_wait(anynonarray, text, text, interval, text, text[], timestamptz), sminion.state_holders(text), sminion.blind_tables(), sminion.suspend_ddl_guard(text, timestamptz), sminion.resume_ddl_guard(text), sminion.open_request(text, text, text, text, text, timestamptz, text, text, text, text, text, text[]), sminion.open_request(anynonarray, text, text, text, text, timestamptz, text, text, text, text, text, text[]), sminion.identify_request(bigint, text, text), sminion.assign_request(bigint, text, text, text), sminion.note_request(bigint, text, text), sminion.extend_request(bigint, text, text), sminion.close_request(bigint, text, text, bigint, text, boolean), sminion.plan_destruction(bigint, boolean), sminion.begin_destruction(bigint, text, boolean, text), sminion.destroy_batch(bigint, integer), sminion.purge_batch(text, integer, boolean), sminion.retention_status(boolean), sminion.expired_partitions(), sminion.forget_pseudonym_key(text), sminion.rotate_pseudonyms(text, text), sminion.hold_data(text, text, text, text, text, timestamptz, text, text), sminion.release_hold(bigint, text, text), sminion.record_verification(bigint, jsonb, text), sminion.keep_certificate(bigint, text, text), sminion.record_disclosure(text, text, text[], text[], text, timestamptz, text, text), sminion.settle_obligation(bigint, text, text, text), sminion.load_calendar(text, text, date, date, date, date[], date[]), sminion.begin_report(text, text, bigint, text), sminion.report_tables(bigint), sminion.report_rows(bigint, text, text), sminion.report_restore(text), sminion.accept_restore(text, boolean), sminion.ledger_size(bigint), sminion.ledger_events(bigint, bigint), sminion.ledger_people(bytea, bytea[]), sminion.end_replay(text, bigint, bigint, text), sminion.replay_decision(text, bigint, text, timestamptz, text, text, jsonb), sminion.drop_log(date, text), sminion.erase_from_log(text, text, text), sminion.record_reading(text, text, text, timestamptz, timestamptz, text, text), sminion.unfolded_entries(), sminion.unfolded_writes(), sminion.fold_holders(), sminion.explanations(), sminion.explained_accesses(bigint), sminion.accesses_of(text, timestamptz, timestamptz, timestamptz, bigint), sminion.other_keys(text) TO "desk_privacy_officer";
GRANT SELECT ON sminion.access_log, sminion.ticket_minutes, sminion.journal_minutes, sminion.statement_log, sminion.refusals, sminion.subject_access, sminion.write_log, sminion.log_faults, sminion.dropped_log, sminion.ddl_suspension, sminion.act, sminion.subject_history, sminion.consent_register, sminion.request_status, sminion.request_history, sminion.clarifications, sminion.calendar, sminion.report, sminion.obligation_status, sminion.disclosures, sminion.transfers, sminion.disclosure_register, sminion.destruction_status, sminion.destruction_event, sminion.destruction, sminion.certificate, sminion.hold, sminion.merged_subjects, sminion.subject_status, sminion.settle_status, sminion.pending_changes, sminion.settle_problems, sminion.maintenance_status, sminion.retention_progress, sminion.policy_version TO "desk_privacy_officer";

-- guard_grant:desk_app (as owner)
-- One by one: for all routines at once PostgreSQL warns of those that belong to a superuser.
DO $sminion$
DECLARE
  held pg_catalog.regprocedure;
BEGIN
  FOR held IN
    SELECT DISTINCT p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
    WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND r.rolname = 'desk_app'
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM "desk_app"', held);
  END LOOP;
END
$sminion$;
REVOKE ALL ON ALL TABLES IN SCHEMA sminion FROM "desk_app";
GRANT USAGE ON SCHEMA sminion TO "desk_app";
GRANT EXECUTE ON ROUTINE sminion.open_ticket(text, text, text, text[], text, text, text, jsonb, text, text, bigint), sminion.enter(text), sminion.session_facts(), sminion.policy_in_force(), sminion.context(name, name), sminion.open_log(), sminion.knows_log(bigint, text), sminion.log_shape(jsonb), sminion.maintain(boolean), sminion.maintain_step(text), sminion.count_journal(integer, boolean) TO "desk_app";
GRANT INSERT (writer, first, proof, entries) ON sminion.journal TO "desk_app";

-- guard_columns:desk.person
-- Without a default: the table is not rewritten, and a row without a mask is visible to nobody. The comment says what the
-- masks were computed from: where that changes, the columns are made anew, so that no mask of another subject is believed.
ALTER TABLE "desk"."person" ADD COLUMN IF NOT EXISTS guard_mask bigint;
COMMENT ON COLUMN "desk"."person".guard_mask IS 'what the subject of the row permits; subject: id bigint';

-- schema_usage:desk:sminion_owner
GRANT USAGE ON SCHEMA "desk" TO "sminion_owner";

-- column_grant:desk.person:sminion_owner
REVOKE ALL ON TABLE "desk"."person" FROM "sminion_owner";
GRANT SELECT ("ctid", "email", "guard_mask", "id", "tableoid"), UPDATE ("guard_mask"), DELETE ON TABLE "desk"."person" TO "sminion_owner";

-- trigger_function:row_desk_person_6b2910 (as owner)
-- Row trigger of "desk"."person": whatever the client sent, the mask is that of the subject's state, read under its share lock.
-- Definer, because neither states nor parents are for purposes to read.
CREATE OR REPLACE FUNCTION sminion."row_desk_person_6b2910"() RETURNS trigger
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
SELECT sminion.mask_in(s.*, 'desk') INTO one FROM sminion.subject_state s WHERE s.subject = OLD."id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(OLD."id"::text, 'desk');
  END IF;
  permitted := permitted & one;
      -- Assigned: PERFORM would start an executor for each row.
      done := sminion.permit_delete(permitted, ARRAY[OLD."id"::text]);
      RETURN OLD;
    ELSIF OLD."id" IS DISTINCT FROM NEW."id" THEN
      done := sminion.permit_move(ARRAY[OLD."id"::text], ARRAY[NEW."id"::text], 'desk.person', 'desk', false);
    END IF;
  END IF;
SELECT sminion.mask_in(s.*, 'desk') INTO one FROM sminion.subject_state s WHERE s.subject = NEW."id"::text FOR SHARE;
  IF NOT FOUND THEN
    one := sminion.first_sight(NEW."id"::text, 'desk');
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

-- row_trigger:desk.person
-- Named to fire last among BEFORE triggers (they fire in the order of their names): no other may change the subject after
-- the mask was computed for it. On UPDATE it does not fire where sminion.set_masks has computed masks for many rows at once; a
-- trigger of its own for the rest, since a condition costs each statement 15 microseconds.
DROP TRIGGER IF EXISTS "~guard_row" ON "desk"."person";
CREATE TRIGGER "~guard_row" BEFORE UPDATE ON "desk"."person"
  FOR EACH ROW WHEN (
    current_user OPERATOR(pg_catalog.<>) 'sminion_owner'::pg_catalog.name
    OR pg_catalog.current_setting('sminion.masks_set', true) OPERATOR(pg_catalog.=) 'yes' IS NOT TRUE)
  EXECUTE FUNCTION sminion."row_desk_person_6b2910"();
ALTER TABLE "desk"."person" ENABLE ALWAYS TRIGGER "~guard_row";
DROP TRIGGER IF EXISTS "~guard_row_made" ON "desk"."person";
CREATE TRIGGER "~guard_row_made" BEFORE INSERT OR DELETE ON "desk"."person"
  FOR EACH ROW EXECUTE FUNCTION sminion."row_desk_person_6b2910"();
ALTER TABLE "desk"."person" ENABLE ALWAYS TRIGGER "~guard_row_made";

-- partition_maker:desk.person (as owner)
-- A new partition gets copies of the row triggers of its table, and for each copy PostgreSQL asks whether whoever makes the
-- partition may execute the function. So the owner of a partitioned table may, and of a partition that is partitioned itself: just
-- the functions of these triggers. Nobody can call them, and he cannot name them for a trigger elsewhere without USAGE on schema
-- `sminion`. An owner from before loses it here.
DO $sminion$
DECLARE
  clone pg_catalog.name;
  whose text;
BEGIN
  FOREACH clone IN ARRAY '{"row_desk_person_6b2910"}'::pg_catalog.name[] LOOP
    FOR whose IN
      SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::pg_catalog.regrole::text END
      FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
      WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = clone AND a.grantee <> p.proowner
    LOOP
      EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION sminion.%I() FROM %s', clone, whose);
    END LOOP;
    FOR whose IN
      SELECT DISTINCT c.relowner::pg_catalog.regrole::text
      FROM pg_catalog.pg_partition_tree('"desk"."person"'::pg_catalog.regclass) t JOIN pg_catalog.pg_class c ON c.oid = t.relid
      WHERE c.relkind = 'p' AND c.relowner <> 'sminion_owner'::pg_catalog.regrole
    LOOP
      EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION sminion.%I() TO %s', clone, whose);
    END LOOP;
  END LOOP;
END
$sminion$;

-- write_function:write_desk_person_6b2910 (as owner)
-- Trigger function of "desk"."person" that records each write with its subjects. Its queries are made from the columns that the
-- table has now, which are more than the policy names; after a change of columns they fail, and the same is asked with
-- queries made anew, so that nothing is missed until the next `apply`. The body is a literal and not in dollar quotes,
-- because names of columns are the owner's of the table.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"desk"."person"';
BEGIN
  EXECUTE pg_catalog.format(
    'CREATE OR REPLACE FUNCTION sminion.%I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER '
    || 'SET search_path = pg_catalog, pg_temp AS %L', 'write_desk_person_6b2910', pg_catalog.format($body$
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

-- write_triggers:desk.person
-- Statement triggers, which fire once and see all rows of the statement, on the table and on each partition: one that is
-- named directly fires its own. `~guard_ticket` notes the ticket before the first row, the others record. The guard's own
-- UPDATE sets masks and nothing else (`sminion_owner` has no privilege for more), which is no clarification: UPDATE has a
-- trigger of its own, since a WHEN costs each statement 10 to 15 microseconds.
DO $sminion$
DECLARE
  part pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT '"desk"."person"'::pg_catalog.regclass
    UNION SELECT t.relid FROM pg_catalog.pg_partition_tree('"desk"."person"'::pg_catalog.regclass) t
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
    $trigger$, part, 'write_desk_person_6b2910');
  END LOOP;
END
$sminion$;

-- row_security:desk.person
-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, no row of theirs is seen, whatever other policies they have. How it was before is
-- written down for the way back, once.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"desk"."person"';
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
      EXECUTE pg_catalog.format('CREATE POLICY guard_floor ON %s AS RESTRICTIVE USING (sminion.refuse_partition(%L::regclass, %L::regclass, ''desk_backup''))',
                                part, part, target);
      -- Without a permissive policy PostgreSQL would answer with no rows, and not ask the other.
      EXECUTE pg_catalog.format('CREATE POLICY guard_refused ON %s USING (false)', part);
    END IF;
  END LOOP;
END
$sminion$;

-- policy:desk.person:guard_floor
DROP POLICY IF EXISTS "guard_floor" ON "desk"."person";
CREATE POLICY "guard_floor" ON "desk"."person" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['desk_help', 'desk_backup', 'sminion_owner']::name[])));

-- policy:desk.person:guard_refused
DROP POLICY IF EXISTS "guard_refused" ON "desk"."person";
CREATE POLICY "guard_refused" ON "desk"."person" AS PERMISSIVE FOR ALL TO PUBLIC USING (false);

-- others:desk.person
-- A view that is not security_invoker reads with its owner's policies, while current_user is who asks: a compartment would
-- then be under none of its own, and under a permissive policy of the application it saw every row. So whoever else holds
-- anything on the table, its owner first, is refused by a policy of its own. Members of the two predefined roles hold it
-- without a grant. Compartments of an earlier policy are left out: their roles are dropped after this.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"desk"."person"';
  others text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO others
  FROM pg_catalog.pg_roles r
  WHERE r.rolname <> ALL ('{"desk_help","sminion_owner"}'::name[])
    AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = r.rolname)
    AND (r.rolname IN ('pg_read_all_data', 'pg_write_all_data', 'desk_backup')
      OR r.oid IN (
        SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
        WHERE t.attrelid = target AND NOT t.attisdropped));
  DROP POLICY IF EXISTS guard_others ON "desk"."person";
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"desk"."person"''::regclass, ARRAY[''desk_help'']::name[], ''desk_backup'')' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:desk.person:guard_floor_desk_help
DROP POLICY IF EXISTS "guard_floor_desk_help" ON "desk"."person";
CREATE POLICY "guard_floor_desk_help" ON "desk"."person" AS RESTRICTIVE FOR ALL TO "desk_help" USING (("id" = ANY ((SELECT sminion.context('desk_help', current_user)::bigint[])::bigint[])) IS NOT TRUE AND "id" IS NOT NULL AND (guard_mask & 1::bigint) <> 0);

-- policy:desk.person:guard_help_select
DROP POLICY IF EXISTS "guard_help_select" ON "desk"."person";
CREATE POLICY "guard_help_select" ON "desk"."person" AS PERMISSIVE FOR SELECT TO "desk_help" USING (true);

-- policy:desk.person:guard_owner
DROP POLICY IF EXISTS "guard_owner" ON "desk"."person";
CREATE POLICY "guard_owner" ON "desk"."person" AS PERMISSIVE FOR ALL TO sminion_owner USING (true);

-- backup_policy:desk.person
-- The role for dumps sees every row: of the table, and of each partition, which a dump reads by itself. What keeps others from
-- its rights, and logins of the policy from this role, is sminion.refuse_others.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"desk"."person"';
  part   pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT target UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(target) t
  LOOP
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_backup ON %s', part);
    EXECUTE pg_catalog.format('CREATE POLICY guard_backup ON %s FOR SELECT TO "desk_backup" USING (true)', part);
  END LOOP;
END
$sminion$;

-- row_security:desk.text
-- FORCE: the owner, and so definer functions and views of the owner, are under row security too. Partitions are reached
-- through the table only: directly, no row of theirs is seen, whatever other policies they have. How it was before is
-- written down for the way back, once.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"desk"."text"';
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
      EXECUTE pg_catalog.format('CREATE POLICY guard_floor ON %s AS RESTRICTIVE USING (sminion.refuse_partition(%L::regclass, %L::regclass, ''desk_backup''))',
                                part, part, target);
      -- Without a permissive policy PostgreSQL would answer with no rows, and not ask the other.
      EXECUTE pg_catalog.format('CREATE POLICY guard_refused ON %s USING (false)', part);
    END IF;
  END LOOP;
END
$sminion$;

-- policy:desk.text:guard_floor
DROP POLICY IF EXISTS "guard_floor" ON "desk"."text";
CREATE POLICY "guard_floor" ON "desk"."text" AS RESTRICTIVE FOR ALL TO PUBLIC USING ((SELECT current_user = ANY (ARRAY['desk_help', 'desk_backup', 'sminion_owner']::name[])));

-- policy:desk.text:guard_refused
DROP POLICY IF EXISTS "guard_refused" ON "desk"."text";
CREATE POLICY "guard_refused" ON "desk"."text" AS PERMISSIVE FOR ALL TO PUBLIC USING (false);

-- others:desk.text
-- A view that is not security_invoker reads with its owner's policies, while current_user is who asks: a compartment would
-- then be under none of its own, and under a permissive policy of the application it saw every row. So whoever else holds
-- anything on the table, its owner first, is refused by a policy of its own. Members of the two predefined roles hold it
-- without a grant. Compartments of an earlier policy are left out: their roles are dropped after this.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"desk"."text"';
  others text;
BEGIN
  SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO others
  FROM pg_catalog.pg_roles r
  WHERE r.rolname <> ALL ('{"desk_help","sminion_owner"}'::name[])
    AND NOT EXISTS (SELECT FROM sminion.compartment c WHERE c.role = r.rolname)
    AND (r.rolname IN ('pg_read_all_data', 'pg_write_all_data', 'desk_backup')
      OR r.oid IN (
        SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a WHERE c.oid = target
        UNION ALL
        SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
        WHERE t.attrelid = target AND NOT t.attisdropped));
  DROP POLICY IF EXISTS guard_others ON "desk"."text";
  EXECUTE 'CREATE POLICY guard_others ON ' || target || ' AS RESTRICTIVE TO ' || others || ' USING (' || 'sminion.refuse_others(''"desk"."text"''::regclass, ARRAY[''desk_help'']::name[], ''desk_backup'')' || ')';
  -- By this name the policy knows the table, and the DDL guard notices another one.
  EXECUTE (SELECT pg_catalog.format('COMMENT ON POLICY guard_others ON %s IS %L', target, pg_catalog.format('sminion_guard: %I.%I', n.nspname, c.relname))
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$sminion$;

-- policy:desk.text:guard_floor_desk_help
DROP POLICY IF EXISTS "guard_floor_desk_help" ON "desk"."text";
CREATE POLICY "guard_floor_desk_help" ON "desk"."text" AS RESTRICTIVE FOR ALL TO "desk_help" USING ((SELECT sminion.context('desk_help', current_user) IS DISTINCT FROM '{}'));

-- policy:desk.text:guard_help_select
DROP POLICY IF EXISTS "guard_help_select" ON "desk"."text";
CREATE POLICY "guard_help_select" ON "desk"."text" AS PERMISSIVE FOR SELECT TO "desk_help" USING (true);

-- backup_policy:desk.text
-- The role for dumps sees every row: of the table, and of each partition, which a dump reads by itself. What keeps others from
-- its rights, and logins of the policy from this role, is sminion.refuse_others.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"desk"."text"';
  part   pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT target UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(target) t
  LOOP
    EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_backup ON %s', part);
    EXECUTE pg_catalog.format('CREATE POLICY guard_backup ON %s FOR SELECT TO "desk_backup" USING (true)', part);
  END LOOP;
END
$sminion$;

-- backup_schema:desk
-- The sequences of the schema, and its tables that the policy does not list. Those with row security of their own are left out:
-- a dump that lacks the rows that it hides would not say so, and without the privilege it fails.
DO $sminion$
DECLARE
  found record;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname = 'desk') THEN
    RETURN;
  END IF;
  GRANT USAGE ON SCHEMA "desk" TO "desk_backup";
  FOR found IN
    SELECT pg_catalog.format('%s %s', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::pg_catalog.regclass) AS object,
           c.relrowsecurity AS hides
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'desk' AND c.relkind IN ('r', 'p', 'S')
      AND NOT EXISTS (
        SELECT FROM pg_catalog.unnest(E'{"\\"desk\\".\\"person\\"","\\"desk\\".\\"text\\""}'::text[]) l (name)
        WHERE pg_catalog.to_regclass(l.name) = c.oid
          OR pg_catalog.to_regclass(l.name) IN (SELECT a.relid FROM pg_catalog.pg_partition_ancestors(c.oid) a (relid)))
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON %s FROM "desk_backup"', found.object);
    IF NOT found.hides THEN
      EXECUTE pg_catalog.format('GRANT SELECT ON %s TO "desk_backup"', found.object);
    END IF;
  END LOOP;
END
$sminion$;

-- backup_schema:sminion_migrations
-- The sequences of the schema, and its tables that the policy does not list. Those with row security of their own are left out:
-- a dump that lacks the rows that it hides would not say so, and without the privilege it fails.
DO $sminion$
DECLARE
  found record;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname = 'sminion_migrations') THEN
    RETURN;
  END IF;
  GRANT USAGE ON SCHEMA "sminion_migrations" TO "desk_backup";
  FOR found IN
    SELECT pg_catalog.format('%s %s', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::pg_catalog.regclass) AS object,
           c.relrowsecurity AS hides
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'sminion_migrations' AND c.relkind IN ('r', 'p', 'S')
      AND NOT EXISTS (
        SELECT FROM pg_catalog.unnest(E'{"\\"desk\\".\\"person\\"","\\"desk\\".\\"text\\""}'::text[]) l (name)
        WHERE pg_catalog.to_regclass(l.name) = c.oid
          OR pg_catalog.to_regclass(l.name) IN (SELECT a.relid FROM pg_catalog.pg_partition_ancestors(c.oid) a (relid)))
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON %s FROM "desk_backup"', found.object);
    IF NOT found.hides THEN
      EXECUTE pg_catalog.format('GRANT SELECT ON %s TO "desk_backup"', found.object);
    END IF;
  END LOOP;
END
$sminion$;

-- schema_usage:desk:desk_help
GRANT USAGE ON SCHEMA "desk" TO "desk_help";

-- neutral_grant:desk:desk_help
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
           c.relname::text LIKE ANY ('{"state"}'::text[]) AND c.relname <> ALL ('{"person","text"}'::pg_catalog.name[])
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)
           AND (c.relkind = 'p' OR NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid)) AS meant,
           EXISTS (SELECT FROM pg_catalog.aclexplode(c.relacl) a JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
                   WHERE r.rolname = 'desk_help' AND a.privilege_type = 'SELECT') AS granted
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'desk' AND c.relkind IN ('r', 'p')
  LOOP
    IF neutral.meant OR neutral.granted THEN
      EXECUTE pg_catalog.format('REVOKE ALL ON TABLE %s FROM "desk_help"', neutral.name);
    END IF;
    IF neutral.meant AND EXISTS (
      SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = neutral.name AND p.polname = 'guard_untagged')
    THEN -- closed by the DDL guard, until now: see sminion.ddl_on_tables
      EXECUTE pg_catalog.format('DROP POLICY guard_untagged ON %s', neutral.name);
      EXECUTE pg_catalog.format('DROP POLICY IF EXISTS guard_untagged_refused ON %s', neutral.name);
      EXECUTE pg_catalog.format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY', neutral.name);
    END IF;
    IF neutral.meant THEN
      EXECUTE pg_catalog.format('GRANT SELECT ON TABLE %s TO "desk_help"', neutral.name);
    END IF;
  END LOOP;
END
$sminion$;

-- column_grant:desk.person:desk_help
REVOKE ALL ON TABLE "desk"."person" FROM "desk_help";
GRANT SELECT ("email", "id") ON TABLE "desk"."person" TO "desk_help";

-- backup_grant:desk.person:desk_backup
-- All columns, since pg_dump locks the table, which a privilege on columns does not allow.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"desk"."person"';
  part   pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT target UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(target) t
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON TABLE %s FROM "desk_backup"', part);
    EXECUTE pg_catalog.format('GRANT SELECT ON TABLE %s TO "desk_backup"', part);
  END LOOP;
END
$sminion$;

-- column_grant:desk.text:desk_help
REVOKE ALL ON TABLE "desk"."text" FROM "desk_help";
GRANT SELECT ("body", "id") ON TABLE "desk"."text" TO "desk_help";

-- backup_grant:desk.text:desk_backup
-- All columns, since pg_dump locks the table, which a privilege on columns does not allow.
DO $sminion$
DECLARE
  target CONSTANT pg_catalog.regclass := '"desk"."text"';
  part   pg_catalog.regclass;
BEGIN
  FOR part IN
    SELECT target UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(target) t
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON TABLE %s FROM "desk_backup"', part);
    EXECUTE pg_catalog.format('GRANT SELECT ON TABLE %s TO "desk_backup"', part);
  END LOOP;
END
$sminion$;

-- holdings:desk_help
-- What the role holds beside the policy is taken away. A privilege that another than the owner gave outlives the owner's
-- REVOKE, so what is left is taken away as whoever gave it, where the installing role may. What is left then is named at
-- the end of `apply`, which refuses.
DO $sminion$
DECLARE
  more   record;
  second boolean;
BEGIN
  FOREACH second IN ARRAY ARRAY[false, true] LOOP
    FOR more IN SELECT e.item, e.undo, e.grantor FROM sminion.role_excess('desk_help', '{"members":["desk_app"],"neutral":{"desk":{"listed":["person","text"],"patterns":["state"]}},"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)"],"schemas":["desk"],"tables":{"desk":{"person":{"SELECT":["email","id"]},"text":{"SELECT":["body","id"]}}}}'::pg_catalog.jsonb) e LOOP
      CONTINUE WHEN more.undo IS NULL OR (second AND more.grantor IS NULL);
      BEGIN
        IF second THEN
          PERFORM pg_catalog.set_config('role', more.grantor, true);
        END IF;
        EXECUTE more.undo;
        RAISE NOTICE 'taken away: compartment % also held %', 'desk_help', more.item;
      EXCEPTION WHEN insufficient_privilege OR undefined_object OR invalid_grant_operation OR dependent_objects_still_exist THEN
        NULL;
      END;
      PERFORM pg_catalog.set_config('role', pg_catalog.current_setting('sminion.installer'), true);
    END LOOP;
  END LOOP;
END
$sminion$;

-- guard_closed:desk
-- As in holdings: first as the owner, then as whoever gave it.
DO $sminion$
DECLARE
  more   record;
  second boolean;
BEGIN
  FOREACH second IN ARRAY ARRAY[false, true] LOOP
    FOR more IN SELECT e.item, e.undo, e.grantor FROM sminion.guard_excess('{"desk_app":{"journal":true,"routines":["open_ticket(text, text, text, text[], text, text, text, jsonb, text, text, bigint)","enter(text)","session_facts()","policy_in_force()","context(name, name)","open_log()","knows_log(bigint, text)","log_shape(jsonb)","maintain(boolean)","maintain_step(text)","count_journal(integer, boolean)"],"views":[]},"desk_auditor":{"routines":["policy_in_force()","object_states()","state_holders(text)","blind_tables()","unfolded_entries()","unfolded_writes()","fold_holders()","leaves(bigint, bigint)","stray_rows()","silent_tickets(date)","consent_differences()","record_checkpoint(bigint, bytea, text)","report_restore(text)","ledger_size(bigint)","ledger_events(bigint, bigint)","record_reading(text, text, text, timestamptz, timestamptz, text, text)","explanations()","explained_accesses(bigint)","accesses_of(text, timestamptz, timestamptz, timestamptz, bigint)","retention_status(boolean)","other_keys(text)"],"views":["access_log","ticket_minutes","journal_minutes","statement_log","refusals","subject_access","write_log","log_faults","dropped_log","ddl_suspension","act","subject_history","consent_register","request_status","request_history","clarifications","calendar","report","obligation_status","disclosures","transfers","disclosure_register","destruction_status","destruction_event","destruction","certificate","hold","merged_subjects","subject_status","settle_status","pending_changes","settle_problems","maintenance_status","retention_progress","policy_version","installed_object","tile","tree_state","checkpoint"]},"desk_backup":{"dump":true,"routines":[],"views":[]},"desk_help":{"routines":["context(name, name)","named_subject(name, name)","named_alone(name, name, text, text[])","ticket_value(name, name, text)","enter(text)","refuse_expired(text, text, text)","within_retention(date, interval, text)","within_retention(timestamp, interval, text)","within_retention(timestamptz, interval, text)"],"views":[]},"desk_maintenance":{"routines":["settle(integer, integer)","remask(integer)","backfill(integer)","await_older(interval)","extend_log(integer)","state_holders(text)","blind_tables()","maintain(boolean)","maintain_step(text)","fold_holders()","purge_batch(text, integer, boolean)","retention_status(boolean)","expired_partitions()","drop_expired_partition(text)","check_partition(oid)","record_drop(oid)"],"views":["settle_status","pending_changes","settle_problems","maintenance_status","retention_progress"]},"desk_privacy_officer":{"routines":["policy_in_force()","merge_subjects(text, text, text, text, text, text, bigint)","merge_subjects(anynonarray, anynonarray, text, text, text, text, bigint)","unmerge_subjects(text, text, text, text, text, text, bigint)","unmerge_subjects(anynonarray, anynonarray, text, text, text, text, bigint)","block(text, text, text, text, text[], timestamptz)","block(anynonarray, text, text, text, text[], timestamptz)","unblock(text, text, text, text, text[])","unblock(anynonarray, text, text, text, text[])","give_consent(text, text, text, text, text, timestamptz, bytea, text, timestamptz)","give_consent(anynonarray, text, text, text, text, timestamptz, bytea, text, timestamptz)","refuse_consent(text, text, text, text, text, timestamptz, bytea, text)","refuse_consent(anynonarray, text, text, text, text, timestamptz, bytea, text)","withdraw_consent(text, text, text, text, text)","withdraw_consent(anynonarray, text, text, text, text)","object(text, text, text, text, text)","object(anynonarray, text, text, text, text)","withdraw_objection(text, text, text, text, text)","withdraw_objection(anynonarray, text, text, text, text)","give_consents(text[], text, text, text, text)","import_consents(text[], text[], text[], timestamptz[], bytea[], text[], timestamptz[], text[], text, text)","consent_differences()","withdraw_consents(text[], text, text, text, text)","object_all(text[], text, text, text, text)","block_all(text[], text, text, text)","revoke_ticket(bigint, text)","await_older(interval)","block_and_wait(text, text, text, interval, text, text[], timestamptz)","block_and_wait(anynonarray, text, text, interval, text, text[], timestamptz)","state_holders(text)","blind_tables()","suspend_ddl_guard(text, timestamptz)","resume_ddl_guard(text)","open_request(text, text, text, text, text, timestamptz, text, text, text, text, text, text[])","open_request(anynonarray, text, text, text, text, timestamptz, text, text, text, text, text, text[])","identify_request(bigint, text, text)","assign_request(bigint, text, text, text)","note_request(bigint, text, text)","extend_request(bigint, text, text)","close_request(bigint, text, text, bigint, text, boolean)","plan_destruction(bigint, boolean)","begin_destruction(bigint, text, boolean, text)","destroy_batch(bigint, integer)","purge_batch(text, integer, boolean)","retention_status(boolean)","expired_partitions()","forget_pseudonym_key(text)","rotate_pseudonyms(text, text)","hold_data(text, text, text, text, text, timestamptz, text, text)","release_hold(bigint, text, text)","record_verification(bigint, jsonb, text)","keep_certificate(bigint, text, text)","record_disclosure(text, text, text[], text[], text, timestamptz, text, text)","settle_obligation(bigint, text, text, text)","load_calendar(text, text, date, date, date, date[], date[])","begin_report(text, text, bigint, text)","report_tables(bigint)","report_rows(bigint, text, text)","report_restore(text)","accept_restore(text, boolean)","ledger_size(bigint)","ledger_events(bigint, bigint)","ledger_people(bytea, bytea[])","end_replay(text, bigint, bigint, text)","replay_decision(text, bigint, text, timestamptz, text, text, jsonb)","drop_log(date, text)","erase_from_log(text, text, text)","record_reading(text, text, text, timestamptz, timestamptz, text, text)","unfolded_entries()","unfolded_writes()","fold_holders()","explanations()","explained_accesses(bigint)","accesses_of(text, timestamptz, timestamptz, timestamptz, bigint)","other_keys(text)"],"views":["access_log","ticket_minutes","journal_minutes","statement_log","refusals","subject_access","write_log","log_faults","dropped_log","ddl_suspension","act","subject_history","consent_register","request_status","request_history","clarifications","calendar","report","obligation_status","disclosures","transfers","disclosure_register","destruction_status","destruction_event","destruction","certificate","hold","merged_subjects","subject_status","settle_status","pending_changes","settle_problems","maintenance_status","retention_progress","policy_version"]}}'::pg_catalog.jsonb, '[["desk","person"]]'::pg_catalog.jsonb) e LOOP
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
