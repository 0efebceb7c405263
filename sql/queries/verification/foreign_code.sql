-- Whether PostgreSQL could read relations without code that somebody wrote who has fewer rights than this login may have: in an index, in
-- extended statistics, in a partition key, which the planner may compute. The first such function; no row where there is none.
--
-- Partitions and children count too: a query over the table reads them.
WITH RECURSIVE member AS (
  SELECT o.oid FROM pg_catalog.unnest(%(oids)s::pg_catalog.oid[]) AS o (oid)
  UNION SELECT h.inhrelid FROM member m JOIN pg_catalog.pg_inherits h ON h.inhparent = m.oid
), part AS (
  SELECT 'pg_class'::pg_catalog.regclass AS class, i.indexrelid AS oid FROM pg_catalog.pg_index i WHERE i.indrelid IN (SELECT m.oid FROM member m)
  UNION ALL SELECT 'pg_statistic_ext'::pg_catalog.regclass, s.oid FROM pg_catalog.pg_statistic_ext s WHERE s.stxrelid IN (SELECT m.oid FROM member m)
  UNION ALL SELECT 'pg_class'::pg_catalog.regclass, m.oid FROM member m
  UNION ALL SELECT 'pg_class'::pg_catalog.regclass, h.inhparent FROM pg_catalog.pg_inherits h WHERE h.inhrelid IN (SELECT m.oid FROM member m)
), called AS (
  SELECT coalesce(o.oprcode, k.refobjid) AS function
  FROM part p JOIN pg_catalog.pg_depend k ON k.classid = p.class AND k.objid = p.oid
  LEFT JOIN pg_catalog.pg_operator o ON k.refclassid = 'pg_operator'::pg_catalog.regclass AND o.oid = k.refobjid
  WHERE k.refclassid IN ('pg_proc'::pg_catalog.regclass, 'pg_operator'::pg_catalog.regclass)
)
SELECT pg_catalog.format('%%s, owned by %%s', f.oid::pg_catalog.regprocedure, r.rolname) AS code
FROM called c
JOIN pg_catalog.pg_proc f ON f.oid = c.function
JOIN pg_catalog.pg_roles r ON r.oid = f.proowner
JOIN pg_catalog.pg_language l ON l.oid = f.prolang
WHERE l.lanname NOT IN ('internal', 'c') AND NOT r.rolsuper AND r.rolname NOT IN (current_user, 'sminion_owner')
ORDER BY f.oid LIMIT 1
