-- The same of statistics over several columns or expressions.
SELECT n.nspname || '.' || c.relname AS name, e.stxname AS "column", 1 AS rows
FROM pg_catalog.pg_statistic_ext e
JOIN pg_catalog.pg_statistic_ext_data d ON d.stxoid = e.oid
JOIN pg_catalog.pg_class c ON c.oid = e.stxrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE EXISTS (SELECT FROM pg_catalog.pg_mcv_list_items(d.stxdmcv) m WHERE m.values::text ~ %(pattern)s)
   OR d.stxdexpr::text ~ %(pattern)s
ORDER BY 1, 2
