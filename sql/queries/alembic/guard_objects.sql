-- What of this database is the guard's, as autogenerate meets it: kind, schema, table and name of each object. It reads
-- the catalog only, so any login may ask; and it goes by what the objects are made of, not by their names alone, since a
-- table of the application's may have a column `guard_mask` of its own. No rows where the guard is not installed.
WITH RECURSIVE
triggers AS (
  SELECT t.tgrelid AS relation, t.tgname AS name
  FROM pg_catalog.pg_trigger t
  JOIN pg_catalog.pg_proc f ON f.oid = t.tgfoid
  JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
  WHERE n.nspname = 'sminion'
),
-- The columns of a table, and those that its children inherit from it.
tables AS (
  SELECT DISTINCT g.relation FROM triggers g
  UNION
  SELECT i.inhrelid FROM tables t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.relation
),
columns AS (
  SELECT a.attrelid AS relation, a.attnum AS number, a.attname AS name
  FROM tables t JOIN pg_catalog.pg_attribute a ON a.attrelid = t.relation
  WHERE a.attname IN ('guard_mask', 'guard_subject') AND NOT a.attisdropped
),
indexes AS (
  SELECT DISTINCT c.relation, x.relname AS name
  FROM columns c
  JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
    AND d.refobjid = c.relation AND d.refobjsubid = c.number
    AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
  JOIN pg_catalog.pg_class x ON x.oid = d.objid AND x.relkind IN ('i', 'I')
),
closed AS (
  SELECT p.polrelid AS relation FROM pg_catalog.pg_policy p WHERE p.polname = 'guard_refused'
),
found AS (
  SELECT 'trigger' AS kind, relation, name FROM triggers
  UNION ALL
  SELECT 'column', relation, name FROM columns
  UNION ALL
  SELECT 'index', relation, name FROM indexes
  UNION ALL
  SELECT 'policy', p.polrelid, p.polname
  FROM closed c JOIN pg_catalog.pg_policy p ON p.polrelid = c.relation
  WHERE pg_catalog.starts_with(p.polname::text, 'guard_')
  UNION ALL
  SELECT 'table', relation, NULL FROM closed
)
SELECT f.kind, n.nspname, r.relname, f.name
FROM found f
JOIN pg_catalog.pg_class r ON r.oid = f.relation
JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
WHERE pg_catalog.to_regnamespace('sminion') IS NOT NULL
UNION ALL
SELECT 'role', NULL, NULL, r.rolname
FROM pg_catalog.pg_roles r
WHERE pg_catalog.to_regnamespace('sminion') IS NOT NULL
  AND (r.rolname = 'sminion_owner' OR pg_catalog.shobj_description(r.oid, 'pg_authid') ^@ 'sminion_guard: ')
ORDER BY 1, 2, 3, 4;
