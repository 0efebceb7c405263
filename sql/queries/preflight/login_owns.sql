-- What the logins own, themselves or through a role that they are members of. A superuser is a member of every role, so it
-- is left out: it is reported as what it is.
SELECT l.rolname::text, o.rolname::text, w.object
FROM (
  SELECT pg_catalog.format('database `%%s`', d.datname), d.datdba
  FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()
  UNION ALL
  SELECT pg_catalog.format('schema `%%s`', n.nspname), n.nspowner
  FROM pg_catalog.pg_namespace n WHERE n.nspname = ANY (%(schemas)s::name[])
  UNION ALL
  SELECT pg_catalog.format('table `%%s.%%s`', n.nspname, c.relname), c.relowner
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = ANY (%(schemas)s::name[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
) AS w (object, owner)
JOIN pg_catalog.pg_roles o ON o.oid = w.owner
JOIN pg_catalog.pg_roles l ON l.rolname = ANY (%(logins)s::name[]) AND NOT l.rolsuper
WHERE pg_catalog.pg_has_role(l.oid, o.oid, 'MEMBER')
ORDER BY 1, 2, 3;
