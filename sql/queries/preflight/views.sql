-- Views that read protected tables, directly or through other views, past row security: with the rights of an owner above
-- it, or as a copy (materialized). Only those that a role of the policy or everybody may read once `apply` has closed the
-- protected schemas to PUBLIC and logins.
WITH RECURSIVE protected AS (
  SELECT c.oid
  FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::name[]), pg_catalog.unnest(%(table_names)s::name[])) AS p (schema_name, table_name)
  JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema_name
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.table_name
), reading (oid) AS (
  SELECT p.oid FROM protected p
  UNION
  SELECT w.ev_class
  FROM reading r
  JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = r.oid
    AND d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
  JOIN pg_catalog.pg_rewrite w ON w.oid = d.objid
)
SELECT DISTINCT pg_catalog.format('%%s.%%s', n.nspname, c.relname), c.relkind::text, o.rolname::text,
       coalesce(g.rolname::text, 'PUBLIC')
FROM reading r
JOIN pg_catalog.pg_class c ON c.oid = r.oid AND c.relkind IN ('v', 'm')
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_roles o ON o.oid = c.relowner
CROSS JOIN LATERAL (
  SELECT a.grantee, a.privilege_type FROM pg_catalog.aclexplode(c.relacl) a
  UNION
  SELECT a.grantee, a.privilege_type
  FROM pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a WHERE t.attrelid = c.oid
) AS acl (grantee, privilege)
LEFT JOIN pg_catalog.pg_roles g ON g.oid = acl.grantee
WHERE (c.relkind = 'm' OR ((o.rolsuper OR o.rolbypassrls) AND NOT coalesce(
        (SELECT s.option_value::boolean FROM pg_catalog.pg_options_to_table(c.reloptions) s
         WHERE s.option_name = 'security_invoker'), false)))
  AND (g.rolname = ANY (%(roles)s::name[])
       OR ((acl.grantee = 0 OR g.rolname = ANY (%(logins)s::name[])) AND n.nspname <> ALL (%(schemas)s::name[])))
ORDER BY 1, 4;
