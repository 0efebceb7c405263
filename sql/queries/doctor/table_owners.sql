-- Owners of what the policy protects that can log in: superusers are found as such, and logins of the policy by the check `logins`.
SELECT o.rolname::text, pg_catalog.count(*), pg_catalog.min(w.object)
FROM (
  SELECT pg_catalog.format('schema `%%s`', n.nspname), n.nspowner
  FROM pg_catalog.pg_namespace n WHERE n.nspname = ANY (%(schemas)s::name[]) OR n.nspname = 'sminion'
  UNION ALL
  SELECT pg_catalog.format('table `%%s.%%s`', n.nspname, c.relname), c.relowner
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = ANY (%(schemas)s::name[]) AND c.relkind IN ('r', 'p', 'f')
) AS w (object, owner)
JOIN pg_catalog.pg_roles o ON o.oid = w.owner
WHERE o.rolcanlogin AND NOT o.rolsuper AND o.rolname <> ALL (%(logins)s::name[])
GROUP BY o.rolname
ORDER BY 1;
