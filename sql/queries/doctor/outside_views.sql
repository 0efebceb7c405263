-- Views over protected tables that read past row security (as an owner above it, or as a copy), and roles outside of the policy that
-- may read them. For roles of the policy and for everybody `trees_and_views` asks.
WITH RECURSIVE reading (oid) AS (
  SELECT c.oid
  FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::name[]), pg_catalog.unnest(%(table_names)s::name[])) AS p (schema_name, table_name)
  JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema_name
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.table_name
  UNION
  SELECT w.ev_class
  FROM reading r
  JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = r.oid
    AND d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
  JOIN pg_catalog.pg_rewrite w ON w.oid = d.objid
)
SELECT DISTINCT pg_catalog.format('%%s.%%s', n.nspname, c.relname), pg_catalog.format('%%I.%%I', n.nspname, c.relname), c.relkind::text,
       o.rolname::text, g.rolname::text, pg_catalog.format('%%I', g.rolname)
FROM reading r
JOIN pg_catalog.pg_class c ON c.oid = r.oid AND c.relkind IN ('v', 'm')
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_roles o ON o.oid = c.relowner
CROSS JOIN LATERAL (
  SELECT a.grantee FROM pg_catalog.aclexplode(c.relacl) a
  UNION
  SELECT a.grantee FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a WHERE t.attrelid = c.oid
) AS acl (grantee)
JOIN pg_catalog.pg_roles g ON g.oid = acl.grantee
WHERE (c.relkind = 'm' OR ((o.rolsuper OR o.rolbypassrls) AND NOT coalesce(
        (SELECT s.option_value::boolean FROM pg_catalog.pg_options_to_table(c.reloptions) s
         WHERE s.option_name = 'security_invoker'), false)))
  AND NOT g.rolsuper AND g.oid <> c.relowner
  AND g.rolname <> ALL (%(roles)s::name[]) AND g.rolname <> ALL (%(logins)s::name[])
ORDER BY 1, 5;
