SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', c.oid::pg_catalog.regclass, coalesce((
         SELECT pg_catalog.concat_ws(' ', p.polpermissive, p.polcmd, pg_catalog.array_to_string(p.polroles::pg_catalog.regrole[], ','),
           pg_catalog.pg_get_expr(p.polqual, p.polrelid))
         FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'guard_backup'), 'no policy')), ', '
         ORDER BY c.oid::pg_catalog.regclass::text)
FROM pg_catalog.pg_class c
WHERE c.oid = ANY (ARRAY(
  SELECT pg_catalog.to_regclass(<<table_literal>>)::oid
  UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass(<<table_literal>>)) t))
