-- What anybody but its owner may do in schema `sminion` beside what the policy gives, with the statements that take it
-- away. Each of the guard's functions is one that its callers were judged for: `settle` or `record_write` for a stranger,
-- or a privilege on `ticket`, opens what the wall closes.
--
-- expected: {role: {"routines": [...], "views": [...], "journal": true, "dump": true}}. Who may write to the journal may insert some of
-- its columns; who dumps reads all tables and sequences. Who keeps a log here (`keep_log_of`) has what it needs for that, and the owner of one of `tables` those of its row triggers where it is partitioned (templates/partition_maker).
-- tables: [[schema, table], ...], those with subjects. PUBLIC may call the two functions that do nothing but raise, and read `load_0` (sminion.login_load).
CREATE FUNCTION sminion.guard_excess(expected jsonb, tables jsonb, OUT item text, OUT undo text, OUT grantor name) RETURNS SETOF record
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
  WITH wanted (role, oid, privilege) AS (
    SELECT e.key, to_regprocedure('sminion.' || r.signature)::oid, 'EXECUTE'
    FROM jsonb_each(expected) e CROSS JOIN LATERAL jsonb_array_elements_text(e.value -> 'routines') AS r (signature)
    UNION ALL
    SELECT e.key, to_regclass(format('sminion.%I', v.name))::oid, 'SELECT'
    FROM jsonb_each(expected) e CROSS JOIN LATERAL jsonb_array_elements_text(e.value -> 'views') AS v (name)
    UNION ALL
    SELECT e.key, 'sminion'::regnamespace::oid, 'USAGE' FROM jsonb_each(expected) e
    UNION ALL
    SELECT e.key, 'sminion.journal'::regclass::oid, 'INSERT' FROM jsonb_each(expected) e WHERE e.value ? 'journal'
    UNION ALL
    SELECT e.key, c.oid, 'SELECT'
    FROM jsonb_each(expected) e JOIN pg_class c ON c.relnamespace = 'sminion'::regnamespace AND c.relkind IN ('r', 'p', 'S')
    WHERE e.value ? 'dump'
    UNION ALL
    SELECT h.login, o.oid, o.privilege
    FROM sminion.log_home h
    CROSS JOIN (
      SELECT 'sminion'::regnamespace::oid, 'USAGE'
      UNION ALL SELECT 'sminion.journal'::regclass::oid, 'INSERT'
      UNION ALL SELECT p.oid, 'EXECUTE' FROM pg_proc p
      WHERE p.pronamespace = 'sminion'::regnamespace
        AND p.proname IN ('open_log', 'knows_log', 'log_shape', 'maintain', 'maintain_step', 'count_journal')
    ) AS o (oid, privilege)
    WHERE h.ended_at IS NULL
    UNION ALL
    SELECT pg_get_userbyid(c.relowner)::text, t.tgfoid, 'EXECUTE'
    FROM jsonb_array_elements(tables) AS k (name)
    CROSS JOIN LATERAL pg_partition_tree(to_regclass(format('%I.%I', k.name ->> 0, k.name ->> 1))) e
    JOIN pg_class c ON c.oid = e.relid AND c.relkind = 'p'
    JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgtype & 1 = 1
  ), acl (oid, object, column_name, usual, acl) AS (
    SELECT n.oid, 'SCHEMA sminion', NULL::name, 'USAGE', n.nspacl FROM pg_namespace n WHERE n.nspname = 'sminion'
    UNION ALL
    SELECT c.oid, format('%s sminion.%I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.relname), NULL, 'SELECT', c.relacl
    FROM pg_class c WHERE c.relnamespace = 'sminion'::regnamespace
    UNION ALL
    SELECT c.oid, format('TABLE sminion.%I', c.relname), t.attname,
           CASE WHEN t.attname IN ('writer', 'first', 'proof', 'entries') THEN 'INSERT' END, t.attacl
    FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid
    WHERE c.relnamespace = 'sminion'::regnamespace AND t.attacl IS NOT NULL
    UNION ALL
    SELECT p.oid, 'ROUTINE ' || p.oid::regprocedure, NULL, 'EXECUTE', coalesce(p.proacl, acldefault('f', p.proowner))
    FROM pg_proc p
    -- Nobody calls a function of an event trigger; these belong to a superuser.
    WHERE p.pronamespace = 'sminion'::regnamespace AND p.prorettype <> 'event_trigger'::regtype
  ), lent AS (
    SELECT f.defaclrole, a.grantee, a.privilege_type,
           CASE f.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES' ELSE 'TYPES' END AS objects
    FROM pg_default_acl f CROSS JOIN LATERAL aclexplode(f.defaclacl) a
    WHERE f.defaclnamespace = 'sminion'::regnamespace AND a.grantee <> f.defaclrole
  )
  SELECT format('%s has %s on %s%s', coalesce(g.rolname, 'everybody'), p.what, lower(split_part(l.object, ' ', 1)),
                substr(l.object, strpos(l.object, ' '))) || CASE WHEN p.wanted THEN ', with the right to grant it' ELSE '' END,
         format('REVOKE %s%s ON %s FROM %s CASCADE', CASE WHEN p.wanted THEN 'GRANT OPTION FOR ' ELSE '' END, p.what, l.object,
                CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(g.rolname) END),
         b.rolname
  FROM acl l
  CROSS JOIN LATERAL aclexplode(l.acl) a
  LEFT JOIN pg_roles g ON g.oid = a.grantee
  LEFT JOIN pg_roles b ON b.oid = a.grantor
  CROSS JOIN LATERAL (SELECT
    a.privilege_type || CASE WHEN l.column_name IS NULL THEN '' ELSE format(' (%I)', l.column_name) END,
    a.privilege_type = l.usual AND CASE a.grantee
      WHEN 0 THEN l.oid IN ('sminion.refuse_others(regclass, name[], name)'::regprocedure, 'sminion.refuse_partition(regclass, regclass, name)'::regprocedure,
        'sminion.load_0'::regclass)
      ELSE EXISTS (SELECT FROM wanted w WHERE w.role = g.rolname AND w.oid = l.oid AND w.privilege = a.privilege_type) END
  ) AS p (what, wanted)
  WHERE a.grantee <> 'sminion_owner'::regrole AND (p.wanted IS NOT TRUE OR a.is_grantable)
  UNION ALL
  SELECT format('%s has %s on all new %s of %s in schema sminion', CASE l.grantee WHEN 0 THEN 'everybody' ELSE l.grantee::regrole::text END,
                l.privilege_type, lower(l.objects), l.defaclrole::regrole),
         format('ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA sminion REVOKE %s ON %s FROM %s', l.defaclrole::regrole,
                l.privilege_type, l.objects, CASE l.grantee WHEN 0 THEN 'PUBLIC' ELSE l.grantee::regrole::text END), NULL
  FROM lent l
  UNION ALL
  -- Whoever can become the owner, or has what it has, is above everything here. The role that installs is a member for
  -- the length of its transaction; one that only may grant the role made it (from 16 on).
  SELECT format('%s is a member of sminion_owner', m.member::regrole),
         format('REVOKE sminion_owner FROM %s', m.member::regrole)
         || CASE WHEN to_jsonb(m) ? 'set_option' THEN ' GRANTED BY ' || m.grantor::regrole ELSE '' END, NULL
  FROM pg_auth_members m
  WHERE m.roleid = 'sminion_owner'::regrole
    AND m.member::regrole::text <> coalesce(quote_ident(nullif(current_setting('sminion.installer', true), '')), '')
    AND coalesce((to_jsonb(m) ->> 'set_option')::boolean OR (to_jsonb(m) ->> 'inherit_option')::boolean, true)
  UNION ALL
  SELECT 'sminion_owner is a member of ' || m.roleid::regrole,
         format('REVOKE %s FROM sminion_owner', m.roleid::regrole)
         || CASE WHEN to_jsonb(m) ? 'set_option' THEN ' GRANTED BY ' || m.grantor::regrole ELSE '' END, NULL
  -- By it the owner sees whether a connection is encrypted: see roles/sminion_owner.sql.
  FROM pg_auth_members m WHERE m.member = 'sminion_owner'::regrole AND m.roleid <> 'pg_read_all_stats'::regrole
  ORDER BY 1
$sminion$;
