-- Tables that PostgreSQL cannot read without code that somebody wrote who has fewer rights than this login may have: an index, extended
-- statistics or a partition key with a function, which the planner may compute. Searching them would run that code as this login.
WITH part AS (
  SELECT i.indrelid AS relation, 'pg_class'::pg_catalog.regclass AS class, i.indexrelid AS oid FROM pg_catalog.pg_index i
  UNION ALL SELECT s.stxrelid, 'pg_statistic_ext'::pg_catalog.regclass, s.oid FROM pg_catalog.pg_statistic_ext s
  UNION ALL SELECT p.partrelid, 'pg_class'::pg_catalog.regclass, p.partrelid FROM pg_catalog.pg_partitioned_table p
  UNION ALL SELECT h.inhrelid, 'pg_class'::pg_catalog.regclass, h.inhparent FROM pg_catalog.pg_inherits h
), called AS (
  SELECT p.relation, coalesce(o.oprcode, k.refobjid) AS function
  FROM part p JOIN pg_catalog.pg_depend k ON k.classid = p.class AND k.objid = p.oid
  LEFT JOIN pg_catalog.pg_operator o ON k.refclassid = 'pg_operator'::pg_catalog.regclass AND o.oid = k.refobjid
  WHERE k.refclassid IN ('pg_proc'::pg_catalog.regclass, 'pg_operator'::pg_catalog.regclass)
)
SELECT DISTINCT ON (c.relation) c.relation AS oid, pg_catalog.format('%%s, owned by %%s', f.oid::pg_catalog.regprocedure, r.rolname) AS code
FROM called c
JOIN pg_catalog.pg_proc f ON f.oid = c.function
JOIN pg_catalog.pg_roles r ON r.oid = f.proowner
JOIN pg_catalog.pg_language l ON l.oid = f.prolang
WHERE l.lanname NOT IN ('internal', 'c') AND NOT r.rolsuper AND r.rolname NOT IN (current_user, 'sminion_owner')
ORDER BY c.relation, f.oid
