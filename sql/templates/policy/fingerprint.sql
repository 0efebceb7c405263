SELECT pg_catalog.concat_ws(' | ', p.polcmd, p.polpermissive,
  (SELECT pg_catalog.string_agg(CASE u.oid WHEN 0 THEN 'public' ELSE pg_catalog.pg_get_userbyid(u.oid) END, ',' ORDER BY pg_catalog.pg_get_userbyid(u.oid))
   FROM pg_catalog.unnest(p.polroles) u (oid)),
  pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))
FROM pg_catalog.pg_policy p
WHERE p.polrelid = pg_catalog.to_regclass(<<table_literal>>) AND p.polname = <<policy_literal>>
