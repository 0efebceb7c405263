-- Materialized views that read protected tables under row security, so that no REFRESH succeeds: directly or through views: whom each table is read as. A view
-- reads as its owner, or as who asks for it (security_invoker); a materialized one is refreshed as its owner.
WITH RECURSIVE protected AS (
  SELECT c.oid, pg_catalog.format('%%s.%%s', n.nspname, c.relname) AS name
  FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::name[]), pg_catalog.unnest(%(table_names)s::name[])) AS p (schema_name, table_name)
  JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema_name
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.table_name
), reading (oid, read_as, name) AS (
  SELECT p.oid, NULL::oid, p.name FROM protected p
  UNION
  SELECT v.oid,
         coalesce(r.read_as, CASE WHEN v.relkind = 'm' OR NOT coalesce(
           (SELECT s.option_value::boolean FROM pg_catalog.pg_options_to_table(v.reloptions) s
            WHERE s.option_name = 'security_invoker'), false) THEN v.relowner END),
         r.name
  FROM reading r
  JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = r.oid
    AND d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
  JOIN pg_catalog.pg_rewrite w ON w.oid = d.objid
  JOIN pg_catalog.pg_class v ON v.oid = w.ev_class AND v.relkind IN ('v', 'm')
  -- What a materialized view holds is a copy: whoever reads that reads no protected table.
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class m WHERE m.oid = r.oid AND m.relkind = 'm')
)
SELECT pg_catalog.format('%%s.%%s', n.nspname, c.relname), o.rolname::text, pg_catalog.array_agg(DISTINCT r.name ORDER BY r.name)
FROM reading r
JOIN pg_catalog.pg_class c ON c.oid = r.oid AND c.relkind = 'm'
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_roles o ON o.oid = r.read_as
WHERE NOT (o.rolsuper OR o.rolbypassrls)
GROUP BY 1, 2
ORDER BY 1, 2;
