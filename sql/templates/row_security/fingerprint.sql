SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', c.oid::pg_catalog.regclass, c.relrowsecurity, c.relforcerowsecurity), ', '
                             ORDER BY c.oid::pg_catalog.regclass::text)
FROM pg_catalog.pg_class c
WHERE c.oid = pg_catalog.to_regclass(<<table_literal>>)
   OR c.oid IN (SELECT t.relid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass(<<table_literal>>)) t)
