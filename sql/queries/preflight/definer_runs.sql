-- Functions that act with the rights of somebody above row security and that run in the course of a statement of a purpose
-- without being called by it: as triggers of protected tables, of their partitions and children, and of whatever else a purpose
-- may write; in defaults, generated columns, checks, indexes, domains, policies and rules of those; behind operators, casts,
-- types, aggregates; as event triggers. A row that such a function filled in, or the copy that it made, is past the wall.
--
-- fires: it runs by itself there. reads: its source names a protected table or runs what it puts together, or it is in a
-- language that says nothing of either.
WITH RECURSIVE protected AS (
  SELECT c.oid, c.relname
  FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::name[]), pg_catalog.unnest(%(table_names)s::name[])) AS p (schema_name, table_name)
  JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema_name
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.table_name
), tree (oid) AS (
  SELECT p.oid FROM protected p
  UNION
  SELECT i.inhrelid FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid
), reached AS (
  SELECT t.oid FROM tree t
  UNION
  SELECT c.oid
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) a
  LEFT JOIN pg_catalog.pg_roles g ON g.oid = a.grantee
  WHERE c.relkind IN ('r', 'p', 'v', 'f') AND a.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'sminion') AND n.nspname <> ALL (%(schemas)s::name[])
    AND (a.grantee = 0 OR g.rolname = ANY (%(roles)s::name[]) OR g.rolname = ANY (%(logins)s::name[]))
), definer AS (
  SELECT p.oid, o.rolname, l.lanname, p.prosrc,
         pg_catalog.format('%%I.%%I(%%s)', n.nspname, p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid)) AS name
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  JOIN pg_catalog.pg_language l ON l.oid = p.prolang
  JOIN pg_catalog.pg_roles o ON o.oid = p.proowner
  WHERE p.prosecdef AND (o.rolsuper OR o.rolbypassrls OR o.rolname = 'sminion_owner')
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'sminion')
), place AS (
  SELECT f.oid, d.classid, d.objid,
         coalesce(t.tgrelid, a.adrelid, nullif(k.conrelid, 0), y.polrelid, w.ev_class, i.indrelid, c.oid) AS relation,
         coalesce(k.contypid, 0) AS domain
  FROM definer f
  JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.refobjid = f.oid
  LEFT JOIN pg_catalog.pg_trigger t ON d.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass AND t.oid = d.objid
  LEFT JOIN pg_catalog.pg_attrdef a ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND a.oid = d.objid
  LEFT JOIN pg_catalog.pg_constraint k ON d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND k.oid = d.objid
  LEFT JOIN pg_catalog.pg_policy y ON d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass AND y.oid = d.objid
  LEFT JOIN pg_catalog.pg_rewrite w ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND w.oid = d.objid
  LEFT JOIN pg_catalog.pg_class c ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = d.objid
  LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
  WHERE coalesce(t.tgenabled <> 'D', true)
    AND d.classid NOT IN ('pg_catalog.pg_statistic_ext'::pg_catalog.regclass, 'pg_catalog.pg_publication_rel'::pg_catalog.regclass)
)
SELECT DISTINCT f.name, f.rolname::text, pg_catalog.pg_describe_object(p.classid, p.objid, 0),
       p.relation IS NOT NULL OR p.domain <> 0,
       f.lanname NOT IN ('sql', 'plpgsql') OR f.prosrc ~* '\mexecute\M'
       OR EXISTS (SELECT FROM protected r
                  WHERE pg_catalog.lower(f.prosrc) ~ ('\m' || pg_catalog.regexp_replace(pg_catalog.lower(r.relname), '(\W)', '\\\1', 'g') || '\M'))
FROM place p
JOIN definer f ON f.oid = p.oid
WHERE CASE
  WHEN p.relation IS NOT NULL THEN p.relation IN (SELECT r.oid FROM reached r)
  WHEN p.domain <> 0 THEN EXISTS (
    SELECT FROM pg_catalog.pg_attribute a JOIN reached r ON r.oid = a.attrelid WHERE a.atttypid = p.domain AND NOT a.attisdropped)
  ELSE true END
ORDER BY 1, 3;
