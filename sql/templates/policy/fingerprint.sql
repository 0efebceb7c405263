SELECT pg_catalog.concat_ws(' | ', p.polcmd, p.polpermissive,
  (SELECT pg_catalog.string_agg(coalesce(r.rolname, 'public'), ',' ORDER BY r.rolname)
   FROM pg_catalog.unnest(p.polroles) u (oid) LEFT JOIN pg_catalog.pg_roles r ON r.oid = u.oid),
  pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))
FROM pg_catalog.pg_policy p
WHERE p.polrelid = pg_catalog.to_regclass(<<table_literal>>) AND p.polname = <<policy_literal>>
