SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', c.oid::pg_catalog.regclass, t.tgenabled, pg_catalog.pg_get_triggerdef(t.oid)), ', '
                             ORDER BY c.oid::pg_catalog.regclass::text, t.tgname)
FROM pg_catalog.pg_class c
LEFT JOIN pg_catalog.pg_trigger t ON t.tgrelid = c.oid
  AND t.tgname IN ('~guard_ticket', '~guard_ticket_made', '~guard_collected', '~guard_clarified', '~guard_deleted', '~guard_emptied')
-- An array: of a set, the planner expects 1000 rows, and reads the catalog for each table.
WHERE c.oid = ANY (ARRAY(
  SELECT pg_catalog.to_regclass(<<table_literal>>)::oid
  UNION SELECT p.relid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass(<<table_literal>>)) p))
HAVING pg_catalog.count(t.oid) > 0
