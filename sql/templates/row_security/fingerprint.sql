SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', c.oid::pg_catalog.regclass, c.relrowsecurity, c.relforcerowsecurity,
                               CASE WHEN c.oid <> pg_catalog.to_regclass(<<table_literal>>) THEN coalesce((
                                 SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', p.polpermissive, p.polcmd, p.polroles,
                                   pg_catalog.pg_get_expr(p.polqual, p.polrelid)), ' ' ORDER BY p.polname)
                                 FROM pg_catalog.pg_policy p
                                 WHERE p.polrelid = c.oid AND p.polname IN ('guard_floor', 'guard_refused')), 'no floor') END), ', '
                             ORDER BY c.oid::pg_catalog.regclass::text)
FROM pg_catalog.pg_class c
-- An array: of a set, the planner expects 1000 rows, and reads the catalog for each table.
WHERE c.oid = ANY (ARRAY(
  SELECT pg_catalog.to_regclass(<<table_literal>>)::oid
  UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass(<<table_literal>>)) t))
