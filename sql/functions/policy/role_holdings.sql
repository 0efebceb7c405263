-- Everything that a compartment role holds anywhere in this database and in the cluster, one thing a row, beside what the
-- statements of its own compiled for it: privileges on objects of every kind, memberships both ways, ownership, settings.
-- A privilege that somebody lends it later (USAGE on the other side's schema, a new table, a role above it) would merge
-- what the wall keeps apart, and the fingerprint of the table it was compiled for would not see it.
--
-- pg_shdepend names each object whose privileges mention a role, whatever its kind, by an index.
--
-- kind, schema_name, name, column_name, privilege: what is held, as names; `undo`: the statement that takes it away, with
-- <option> where GRANT OPTION FOR can stand, NULL where there is none; `grantor`: who gave it.
CREATE FUNCTION sminion.role_holdings(
  role name,
  OUT kind text, OUT objid oid, OUT schema_name text, OUT name text, OUT column_name text, OUT privilege text,
  OUT grantable boolean, OUT item text, OUT undo text, OUT grantor name
) RETURNS SETOF record
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH holder AS (
    SELECT r.oid, r.rolname FROM pg_roles r WHERE r.rolname = role_holdings.role
  ), dep AS MATERIALIZED (
    SELECT d.classid, d.objid, d.objsubid, d.deptype
    FROM pg_shdepend d
    WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = (SELECT h.oid FROM holder h)
      AND d.dbid IN (0, (SELECT b.oid FROM pg_database b WHERE b.datname = current_database()))
  ), acl (kind, objid, schema_name, name, column_name, object, acl) AS (
    SELECT 'schema', n.oid, NULL, n.nspname::text, NULL, format('SCHEMA %I', n.nspname), n.nspacl
    FROM dep d JOIN pg_namespace n ON n.oid = d.objid WHERE d.classid = 'pg_namespace'::regclass AND d.deptype = 'a'
    UNION ALL
    SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END, c.oid, n.nspname::text, c.relname::text, NULL,
           format('%s %I.%I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, n.nspname, c.relname), c.relacl
    FROM dep d JOIN pg_class c ON c.oid = d.objid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE d.classid = 'pg_class'::regclass AND d.objsubid = 0 AND d.deptype = 'a'
    UNION ALL
    SELECT 'column', c.oid, n.nspname::text, c.relname::text, t.attname::text, format('TABLE %I.%I', n.nspname, c.relname), t.attacl
    FROM dep d JOIN pg_class c ON c.oid = d.objid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute t ON t.attrelid = c.oid AND t.attnum = d.objsubid
    WHERE d.classid = 'pg_class'::regclass AND d.objsubid <> 0 AND d.deptype = 'a'
    UNION ALL
    SELECT 'routine', p.oid, NULL, p.oid::regprocedure::text, NULL, 'ROUTINE ' || p.oid::regprocedure, p.proacl
    FROM dep d JOIN pg_proc p ON p.oid = d.objid WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'a'
    UNION ALL
    SELECT 'type', t.oid, NULL, t.oid::regtype::text, NULL, 'TYPE ' || t.oid::regtype, t.typacl
    FROM dep d JOIN pg_type t ON t.oid = d.objid WHERE d.classid = 'pg_type'::regclass AND d.deptype = 'a'
    UNION ALL
    SELECT 'language', l.oid, NULL, l.lanname::text, NULL, format('LANGUAGE %I', l.lanname), l.lanacl
    FROM dep d JOIN pg_language l ON l.oid = d.objid WHERE d.classid = 'pg_language'::regclass AND d.deptype = 'a'
    UNION ALL
    SELECT 'database', b.oid, NULL, b.datname::text, NULL, format('DATABASE %I', b.datname), b.datacl
    FROM dep d JOIN pg_database b ON b.oid = d.objid WHERE d.classid = 'pg_database'::regclass AND d.deptype = 'a'
    UNION ALL
    SELECT 'tablespace', s.oid, NULL, s.spcname::text, NULL, format('TABLESPACE %I', s.spcname), s.spcacl
    FROM dep d JOIN pg_tablespace s ON s.oid = d.objid WHERE d.classid = 'pg_tablespace'::regclass AND d.deptype = 'a'
    UNION ALL
    SELECT 'foreign data wrapper', w.oid, NULL, w.fdwname::text, NULL, format('FOREIGN DATA WRAPPER %I', w.fdwname), w.fdwacl
    FROM dep d JOIN pg_foreign_data_wrapper w ON w.oid = d.objid
    WHERE d.classid = 'pg_foreign_data_wrapper'::regclass AND d.deptype = 'a'
    UNION ALL
    SELECT 'foreign server', s.oid, NULL, s.srvname::text, NULL, format('FOREIGN SERVER %I', s.srvname), s.srvacl
    FROM dep d JOIN pg_foreign_server s ON s.oid = d.objid
    WHERE d.classid = 'pg_foreign_server'::regclass AND d.deptype = 'a'
    UNION ALL
    SELECT 'large object', m.oid, NULL, m.oid::text, NULL, format('LARGE OBJECT %s', m.oid), m.lomacl
    FROM dep d JOIN pg_largeobject_metadata m ON m.oid = d.objid
    WHERE d.classid = 'pg_largeobject'::regclass AND d.deptype = 'a'
    UNION ALL
    SELECT 'parameter', a.oid, NULL, a.parname, NULL, 'PARAMETER ' || a.parname, a.paracl
    FROM dep d JOIN pg_parameter_acl a ON a.oid = d.objid
    WHERE d.classid = 'pg_parameter_acl'::regclass AND d.deptype = 'a'
  ), privilege AS (
    SELECT l.kind, l.objid, l.schema_name, l.name, l.column_name, l.object, a.privilege_type, a.is_grantable,
           g.rolname AS given_by,
           a.privilege_type || CASE WHEN l.column_name IS NULL THEN '' ELSE format(' (%I)', l.column_name) END AS what
    FROM acl l CROSS JOIN LATERAL aclexplode(l.acl) a LEFT JOIN pg_roles g ON g.oid = a.grantor
    WHERE a.grantee = (SELECT h.oid FROM holder h)
  ), lent AS (
    SELECT f.defaclrole, f.defaclnamespace, a.privilege_type, a.is_grantable,
           CASE f.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES'
             WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END AS objects
    FROM dep d JOIN pg_default_acl f ON f.oid = d.objid CROSS JOIN LATERAL aclexplode(f.defaclacl) a
    WHERE d.classid = 'pg_default_acl'::regclass AND d.deptype = 'a' AND a.grantee = (SELECT h.oid FROM holder h)
  )
  SELECT p.kind, p.objid, p.schema_name, p.name, p.column_name, p.privilege_type, p.is_grantable,
         p.what || ' on ' || CASE WHEN p.kind IN ('table', 'column') THEN format('%I.%I', p.schema_name, p.name)
           ELSE p.kind || substr(p.object, length(p.kind) + 1) END,
         format('REVOKE <option>%s ON %s FROM %I CASCADE', p.what, p.object, role_holdings.role), p.given_by
  FROM privilege p
  UNION ALL
  SELECT 'default', NULL, NULL, NULL, NULL, l.privilege_type, l.is_grantable,
         format('%s on all new %s of %s%s', l.privilege_type, lower(l.objects), l.defaclrole::regrole,
                CASE l.defaclnamespace WHEN 0 THEN '' ELSE ' in schema ' || l.defaclnamespace::regnamespace END),
         format('ALTER DEFAULT PRIVILEGES FOR ROLE %s%s REVOKE <option>%s ON %s FROM %I', l.defaclrole::regrole,
                CASE l.defaclnamespace WHEN 0 THEN '' ELSE ' IN SCHEMA ' || l.defaclnamespace::regnamespace END,
                l.privilege_type, l.objects, role_holdings.role), NULL
  FROM lent l
  UNION ALL
  SELECT 'membership', m.roleid, NULL, m.roleid::regrole::text, NULL, 'MEMBER', m.admin_option,
         'membership in role ' || m.roleid::regrole,
         format('REVOKE %s FROM %I', m.roleid::regrole, h.rolname)
         || CASE WHEN to_jsonb(m) ? 'set_option' THEN ' GRANTED BY ' || m.grantor::regrole ELSE '' END, NULL
  FROM holder h JOIN pg_auth_members m ON m.member = h.oid
  UNION ALL
  SELECT 'member', m.member, NULL, u.rolname::text, NULL, 'MEMBER', m.admin_option,
         format('member %I', u.rolname)
         || CASE WHEN m.admin_option THEN ' who may grant it' ELSE '' END
         || CASE WHEN (to_jsonb(m) ->> 'inherit_option')::boolean THEN ' who inherits it' ELSE '' END,
         format('REVOKE %I FROM %I', h.rolname, u.rolname)
         || CASE WHEN to_jsonb(m) ? 'set_option' THEN ' GRANTED BY ' || m.grantor::regrole ELSE '' END, NULL
  FROM holder h JOIN pg_auth_members m ON m.roleid = h.oid JOIN pg_roles u ON u.oid = m.member
  -- From 16 on, who makes a role without being a superuser may grant it, and nothing else: the role that installs.
  WHERE NOT coalesce(m.admin_option AND u.rolcreaterole AND NOT (to_jsonb(m) ->> 'set_option')::boolean
                     AND NOT (to_jsonb(m) ->> 'inherit_option')::boolean, false)
  UNION ALL
  SELECT 'setting', s.setdatabase, NULL, split_part(c.setting, '=', 1), NULL, 'SET', false,
         'the setting ' || c.setting,
         format('ALTER ROLE %I%s RESET %I', h.rolname,
                CASE s.setdatabase WHEN 0 THEN '' ELSE format(' IN DATABASE %I', current_database()) END,
                split_part(c.setting, '=', 1)), NULL
  FROM holder h JOIN pg_db_role_setting s ON s.setrole = h.oid
    AND s.setdatabase IN (0, (SELECT b.oid FROM pg_database b WHERE b.datname = current_database()))
  CROSS JOIN LATERAL unnest(s.setconfig) AS c (setting)
  UNION ALL
  -- A temporary table is its session's, and gone with it: that none can be made is for closed_database to say.
  SELECT 'owner', d.objid, NULL, NULL, NULL, 'OWNER', false,
         'ownership of ' || pg_describe_object(d.classid, d.objid, d.objsubid), NULL, NULL
  FROM dep d CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) o
  WHERE d.deptype = 'o' AND coalesce(o.schema, '') !~ '^pg_(toast_)?temp'
$sminion$;
