-- The tables that views of the policy read, directly or through other views: what is to be listed in their place.
WITH RECURSIVE reading (view, oid) AS (
  SELECT pg_catalog.format('%%s.%%s', n.nspname, c.relname), c.oid
  FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::name[]), pg_catalog.unnest(%(table_names)s::name[])) AS p (schema_name, table_name)
  JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema_name
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.table_name AND c.relkind IN ('v', 'm')
  UNION
  SELECT r.view, d.refobjid
  FROM reading r
  JOIN pg_catalog.pg_rewrite w ON w.ev_class = r.oid
  JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = w.oid
    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid <> w.ev_class
)
SELECT DISTINCT r.view, pg_catalog.format('%%s.%%s', n.nspname, c.relname)
FROM reading r
JOIN pg_catalog.pg_class c ON c.oid = r.oid AND c.relkind IN ('r', 'p')
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
ORDER BY 1, 2;
