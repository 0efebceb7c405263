-- The first function that PostgreSQL could run with the rights of the guard when it deletes or updates rows of a table, and that somebody
-- wrote who could not become `sminion_owner` anyway: in an index, a policy, a partition key or extended statistics, which the planner may compute; for
-- an update also in a check, a domain or a generated column. NULL where there is none. Triggers are not meant: they do not
-- fire (see sminion.application_triggers).
--
-- It is asked while the table is locked as for a write, which keeps others from adding an index, a check or a policy; and again
-- after the statement, for what needs a weaker lock.
--
-- A generic plan, in PL/pgSQL: planning takes ten times as long as all else, and each batch asks several times.
CREATE FUNCTION sminion.foreign_code(target sminion.protected_table, updates boolean) RETURNS text
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $sminion$
BEGIN
  RETURN (
  WITH RECURSIVE member AS (
    SELECT to_regclass(format('%I.%I', target.schema_name, target.table_name))::oid AS oid
    UNION SELECT f.relid FROM pg_partition_tree(to_regclass(format('%I.%I', target.schema_name, target.table_name))) f
  ), domain AS (
    SELECT a.atttypid AS oid FROM pg_attribute a WHERE a.attrelid IN (SELECT m.oid FROM member m) AND a.attnum > 0 AND NOT a.attisdropped
    UNION
    SELECT CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.typelem END
    FROM domain d JOIN pg_type t ON t.oid = d.oid WHERE t.typtype = 'd' OR t.typelem <> 0
  ), part AS (
    SELECT 'pg_class'::regclass AS class, m.oid, 'the partition key' AS what FROM member m
    UNION ALL SELECT 'pg_class'::regclass, i.indexrelid, format('index `%s`', i.indexrelid::regclass)
    FROM pg_index i WHERE i.indrelid IN (SELECT m.oid FROM member m)
    UNION ALL SELECT 'pg_policy'::regclass, p.oid, format('policy `%s`', p.polname)
    FROM pg_policy p WHERE p.polrelid IN (SELECT m.oid FROM member m)
    UNION ALL SELECT 'pg_statistic_ext'::regclass, s.oid, format('statistics `%s`', s.stxname)
    FROM pg_statistic_ext s WHERE s.stxrelid IN (SELECT m.oid FROM member m)
    UNION ALL SELECT 'pg_constraint'::regclass, c.oid, format('constraint `%s`', c.conname)
    FROM pg_constraint c
    WHERE updates AND (c.conrelid IN (SELECT m.oid FROM member m) OR c.contypid IN (SELECT d.oid FROM domain d))
    UNION ALL SELECT 'pg_attrdef'::regclass, d.oid, format('column `%s`', a.attname)
    FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    WHERE updates AND d.adrelid IN (SELECT m.oid FROM member m) AND a.attgenerated <> ''
  ), called AS (
    SELECT p.what, coalesce(o.oprcode, k.refobjid) AS function
    FROM part p JOIN pg_depend k ON k.classid = p.class AND k.objid = p.oid
    LEFT JOIN pg_operator o ON k.refclassid = 'pg_operator'::regclass AND o.oid = k.refobjid
    WHERE k.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)
  )
  SELECT format('`%s` of %s, which `%s` owns, would run with the rights of the guard', f.oid::regprocedure, c.what, r.rolname)
  FROM called c JOIN pg_proc f ON f.oid = c.function JOIN pg_roles r ON r.oid = f.proowner JOIN pg_language l ON l.oid = f.prolang
  -- Who may become sminion_owner anyway, such as the installing role, gains nothing by it. Before 16 that is whoever makes roles.
  WHERE NOT pg_has_role(r.oid, 'sminion_owner', 'MEMBER WITH ADMIN OPTION') AND r.rolname <> 'sminion_owner'
    AND NOT (r.rolcreaterole AND current_setting('server_version_num')::integer < 160000) AND l.lanname NOT IN ('internal', 'c')
  ORDER BY 1 LIMIT 1);
END
$sminion$;
