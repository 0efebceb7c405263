-- Generated columns of tables, each with the columns that its expression reads: PostgreSQL keeps these dependencies, whatever
-- functions the expression calls. A partition may compute its own from others.
SELECT n.nspname::text, c.relname::text, a.attname::text, pg_catalog.array_agg(DISTINCT s.attname::text)
FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::name[]), pg_catalog.unnest(%(table_names)s::name[])) AS p (schema_name, table_name)
JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema_name
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.table_name
CROSS JOIN LATERAL (SELECT c.oid UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(c.oid) t) AS m (oid)
JOIN pg_catalog.pg_attribute a ON a.attrelid = m.oid AND a.attgenerated <> '' AND NOT a.attisdropped
JOIN pg_catalog.pg_attrdef f ON f.adrelid = m.oid AND f.adnum = a.attnum
JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = f.oid
  AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = m.oid
  AND d.refobjsubid > 0 AND d.refobjsubid <> a.attnum
JOIN pg_catalog.pg_attribute s ON s.attrelid = m.oid AND s.attnum = d.refobjsubid
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3;
