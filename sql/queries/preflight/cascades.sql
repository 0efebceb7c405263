-- Foreign keys between protected tables that delete or change rows by themselves.
WITH protected AS (
  SELECT c.oid, pg_catalog.format('%%s.%%s', n.nspname, c.relname) AS name
  FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::name[]), pg_catalog.unnest(%(table_names)s::name[])) AS p (schema_name, table_name)
  JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema_name
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.table_name
)
SELECT child.name, parent.name, k.conname::text,
       pg_catalog.concat_ws(' ',
         CASE k.confdeltype WHEN 'c' THEN 'ON DELETE CASCADE' WHEN 'n' THEN 'ON DELETE SET NULL' WHEN 'd' THEN 'ON DELETE SET DEFAULT' END,
         CASE k.confupdtype WHEN 'c' THEN 'ON UPDATE CASCADE' WHEN 'n' THEN 'ON UPDATE SET NULL' WHEN 'd' THEN 'ON UPDATE SET DEFAULT' END)
FROM pg_catalog.pg_constraint k
JOIN protected child ON child.oid = k.conrelid
JOIN protected parent ON parent.oid = k.confrelid
WHERE k.contype = 'f' AND k.conparentid = 0 AND (k.confdeltype IN ('c', 'n', 'd') OR k.confupdtype IN ('c', 'n', 'd'))
ORDER BY 1, 3;
