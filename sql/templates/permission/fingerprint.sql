SELECT pg_catalog.concat_ws(' | ',
  CASE WHEN EXISTS (
    SELECT FROM pg_catalog.pg_policy p
    WHERE p.polrelid = c.oid AND p.polpermissive AND p.polname = ANY (<<adopted>>::pg_catalog.name[]))
  THEN 'left to the table' ELSE 'allowed' END,
  (SELECT pg_catalog.concat_ws(' ', p.polcmd, p.polpermissive,
                               (SELECT pg_catalog.string_agg(r.rolname, ',' ORDER BY r.rolname) FROM pg_catalog.pg_roles r WHERE r.oid = ANY (p.polroles)), pg_catalog.pg_get_expr(p.polqual, p.polrelid),
                               pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))
   FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid AND p.polname = <<policy_literal>>))
FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass(<<table_literal>>)
