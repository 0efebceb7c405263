SELECT coalesce(pg_catalog.string_agg(pg_catalog.concat_ws(' | ', p.polname, p.polcmd, p.polpermissive,
    (SELECT pg_catalog.string_agg(coalesce(r.rolname, 'public'), ',' ORDER BY r.rolname)
     FROM pg_catalog.unnest(p.polroles) u (oid) LEFT JOIN pg_catalog.pg_roles r ON r.oid = u.oid),
    pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)), '; ' ORDER BY p.polname), 'none')
FROM pg_catalog.pg_class c
LEFT JOIN pg_catalog.pg_policy p ON p.polrelid = c.oid
  AND (p.polname = ANY (<<adopted>>::pg_catalog.name[]) OR p.polname LIKE 'guard\_twin\_%')
WHERE c.oid = pg_catalog.to_regclass(<<table_literal>>)
GROUP BY c.oid
