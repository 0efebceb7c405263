-- Ordinary and partitioned tables with their comments, and the relations that a policy does not list: views, foreign tables,
-- partitions and children. Nothing of PostgreSQL, of the guard and of extensions; another session's temporary tables neither.
SELECT n.nspname::text, c.relname::text,
       CASE WHEN c.relkind IN ('r', 'p') AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid) THEN 'table'
            WHEN c.relispartition THEN 'partition'
            WHEN c.relkind IN ('r', 'p') THEN 'child table'
            WHEN c.relkind = 'v' THEN 'view'
            WHEN c.relkind = 'm' THEN 'materialized view'
            ELSE 'foreign table' END,
       coalesce(pg_catalog.obj_description(c.oid, 'pg_class'), '')
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND n.nspname NOT IN ('information_schema', 'sminion', 'sminion_migrations') AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1, 2;
