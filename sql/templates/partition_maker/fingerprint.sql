SELECT pg_catalog.concat_ws(' | ',
  (SELECT pg_catalog.string_agg(DISTINCT c.relowner::pg_catalog.regrole::text, ' ' ORDER BY c.relowner::pg_catalog.regrole::text)
   FROM pg_catalog.pg_partition_tree(r.oid) t JOIN pg_catalog.pg_class c ON c.oid = t.relid WHERE c.relkind = 'p'),
  (SELECT pg_catalog.string_agg(p.proname || ' ' || a.grantee::pg_catalog.regrole::text, ', ' ORDER BY p.proname, a.grantee::pg_catalog.regrole::text)
   FROM pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a
   WHERE p.pronamespace = 'sminion'::pg_catalog.regnamespace AND p.proname = ANY (<<functions>>::pg_catalog.name[]) AND a.grantee <> p.proowner))
FROM pg_catalog.pg_class r
WHERE r.oid = pg_catalog.to_regclass(<<table_literal>>)
