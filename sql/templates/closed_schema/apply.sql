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
      WHERE n.nspname = <<schema_literal>>
      UNION ALL
      SELECT '', pg_catalog.format(CASE c.relkind WHEN 'S' THEN 'SEQUENCE %I.%I' ELSE 'TABLE %I.%I' END, n.nspname, c.relname),
             a.privilege_type, a.grantee, a.is_grantable
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, pg_catalog.aclexplode(c.relacl) a
      WHERE n.nspname = <<schema_literal>>
      UNION ALL
      SELECT '', pg_catalog.format('TABLE %I.%I', n.nspname, c.relname),
             pg_catalog.format('%s (%I)', a.privilege_type, t.attname), a.grantee, a.is_grantable
      FROM pg_catalog.pg_attribute t
      JOIN pg_catalog.pg_class c ON c.oid = t.attrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, pg_catalog.aclexplode(t.attacl) a
      WHERE n.nspname = <<schema_literal>> AND NOT t.attisdropped
      UNION ALL
      -- Only definer functions: they act with their owner's privileges. Others act with the caller's, and defaults and
      -- constraints need them.
      SELECT '', pg_catalog.format('%s %s', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.oid::pg_catalog.regprocedure),
             a.privilege_type, a.grantee, a.is_grantable
      FROM pg_catalog.pg_proc p
      JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace,
           pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
      WHERE n.nspname = <<schema_literal>> AND p.prosecdef AND p.prokind IN ('f', 'p', 'w')
      UNION ALL
      -- What the next table, sequence or function there would be open to.
      SELECT pg_catalog.format('ALTER DEFAULT PRIVILEGES FOR ROLE %s IN SCHEMA %I ', f.defaclrole::pg_catalog.regrole, n.nspname),
             CASE f.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' ELSE 'ROUTINES' END,
             a.privilege_type, a.grantee, a.is_grantable
      FROM pg_catalog.pg_default_acl f
      JOIN pg_catalog.pg_namespace n ON n.oid = f.defaclnamespace, pg_catalog.aclexplode(f.defaclacl) a
      WHERE n.nspname = <<schema_literal>> AND f.defaclobjtype IN ('r', 'S', 'f')
    ) AS g (defaults, object, privilege, grantee, is_grantable)
    WHERE g.grantee = 0
       OR g.grantee IN (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY (<<logins>>::pg_catalog.name[]))
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
$sminion$
