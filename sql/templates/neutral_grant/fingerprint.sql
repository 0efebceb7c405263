SELECT coalesce(pg_catalog.string_agg(pg_catalog.concat_ws(' ', t.name, t.privileges), ', ' ORDER BY t.name), 'none')
FROM (
  SELECT c.oid::pg_catalog.regclass::text,
         c.relname::text LIKE ANY (<<patterns>>::text[]) AND c.relname <> ALL (<<listed>>::pg_catalog.name[])
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)
         AND (c.relkind = 'p' OR NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid)),
         (SELECT pg_catalog.string_agg(a.privilege_type, '+' ORDER BY a.privilege_type)
          FROM pg_catalog.aclexplode(c.relacl) a JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
          WHERE r.rolname = <<role_literal>>)
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = <<schema_literal>> AND c.relkind IN ('r', 'p')
) AS t (name, meant, privileges)
WHERE t.meant OR t.privileges LIKE '%SELECT%'
