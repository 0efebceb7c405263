-- Foreign keys from protected tables to tables that no policy protects, which delete or change the rows that refer by themselves.
WITH protected AS (
  SELECT c.oid
  FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::name[]), pg_catalog.unnest(%(table_names)s::name[])) AS p (schema_name, table_name)
  JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema_name
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.table_name
)
SELECT pg_catalog.format('%%s.%%s', n.nspname, c.relname), pg_catalog.format('%%s.%%s', f.nspname, r.relname), k.conname::text,
       pg_catalog.concat_ws(' ',
         CASE k.confdeltype WHEN 'c' THEN 'ON DELETE CASCADE' WHEN 'n' THEN 'ON DELETE SET NULL' WHEN 'd' THEN 'ON DELETE SET DEFAULT' END,
         CASE k.confupdtype WHEN 'c' THEN 'ON UPDATE CASCADE' WHEN 'n' THEN 'ON UPDATE SET NULL' WHEN 'd' THEN 'ON UPDATE SET DEFAULT' END)
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
JOIN pg_catalog.pg_namespace f ON f.oid = r.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0 AND (k.confdeltype IN ('c', 'n', 'd') OR k.confupdtype IN ('c', 'n', 'd'))
  AND k.conrelid IN (SELECT p.oid FROM protected p) AND k.confrelid NOT IN (SELECT p.oid FROM protected p)
ORDER BY 1, 3;
