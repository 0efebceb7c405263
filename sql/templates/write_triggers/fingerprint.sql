SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', c.oid::pg_catalog.regclass, t.tgenabled, pg_catalog.pg_get_triggerdef(t.oid)), ', '
                             ORDER BY c.oid::pg_catalog.regclass::text, t.tgname)
FROM pg_catalog.pg_class c
LEFT JOIN pg_catalog.pg_trigger t ON t.tgrelid = c.oid
  AND t.tgname IN ('~guard_ticket', '~guard_ticket_made', '~guard_collected', '~guard_clarified', '~guard_deleted', '~guard_emptied')
WHERE c.oid = pg_catalog.to_regclass(<<table_literal>>)
   OR c.oid IN (SELECT p.relid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass(<<table_literal>>)) p)
HAVING pg_catalog.count(t.oid) > 0
