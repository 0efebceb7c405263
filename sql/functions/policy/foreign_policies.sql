-- The row security policies on tables of the policy, and on their partitions and children, that are not the guard's own. They
-- are ORed with what the guard permits, or bind the guard's functions: each is adopted by name, or stops `apply`.
--
-- tables: {schema: {table: [adopted policies]}}. The guard's own are those that the registry has; their conditions are for
-- their fingerprints. `bare`: row security was on without any policy (`policy` is NULL).
CREATE FUNCTION sminion.foreign_policies(
  tables jsonb, OUT table_name text, OUT relation text, OUT policy text, OUT permissive boolean, OUT adopted boolean
) RETURNS SETOF record
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH RECURSIVE listed AS (
    SELECT c.oid, s.key AS schema_name, t.key AS name, t.value AS adopted
    FROM jsonb_each(foreign_policies.tables) s CROSS JOIN LATERAL jsonb_each(s.value) t
    JOIN pg_namespace n ON n.nspname = s.key JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.key
  ), tree (root, oid) AS (
    SELECT l.oid, l.oid FROM listed l
    UNION
    SELECT t.root, i.inhrelid FROM tree t JOIN pg_inherits i ON i.inhparent = t.oid
  )
  SELECT format('%s.%s', l.schema_name, l.name), format('%s.%s', n.nspname, c.relname), p.polname::text, p.polpermissive,
         l.adopted ? p.polname::text AND p.polname NOT LIKE 'guard\_%'
  FROM tree t
  JOIN listed l ON l.oid = t.root
  JOIN pg_class c ON c.oid = t.oid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_policy p ON p.polrelid = t.oid
  -- One key each, so that the server can look it up or hash it: with OR it compared every policy with every object, which
  -- took minutes for 500 tables.
  WHERE NOT EXISTS (
    SELECT FROM sminion.installed_object o
    WHERE o.key = CASE WHEN t.oid = t.root THEN format('policy:%s.%s:%s', l.schema_name, l.name, p.polname) END)
  AND NOT EXISTS (
    SELECT FROM sminion.installed_object o
    WHERE o.key = CASE WHEN t.oid = t.root THEN format('permission:%s.%s:%s', l.schema_name, l.name, p.polname) END)
  -- closed by the DDL guard, until now
  AND p.polname NOT IN ('guard_untagged', 'guard_untagged_refused')
  AND NOT EXISTS (
    SELECT FROM sminion.installed_object o
    WHERE o.key = CASE
      WHEN t.oid = t.root AND p.polname LIKE 'guard\_twin\_%' THEN format('adopted:%s.%s', l.schema_name, l.name)
      WHEN t.oid = t.root AND p.polname = 'guard_others' THEN format('others:%s.%s', l.schema_name, l.name)
      WHEN p.polname = 'guard_backup' THEN format('backup_policy:%s.%s', l.schema_name, l.name)
      WHEN t.oid <> t.root AND p.polname IN ('guard_floor', 'guard_refused')
        THEN format('row_security:%s.%s', l.schema_name, l.name)
    END)
  UNION ALL
  SELECT format('%s.%s', l.schema_name, l.name), format('%s.%s', l.schema_name, l.name), NULL, NULL, false
  FROM listed l JOIN pg_class c ON c.oid = l.oid
  WHERE c.relrowsecurity AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = l.oid)
  ORDER BY 1, 2, 3
$sminion$;
