-- Dead rows as the cumulative statistics estimate them: a row that was deleted stands in the file until VACUUM.
SELECT n.nspname AS schema_name, c.relname AS table_name,
       pg_catalog.pg_stat_get_dead_tuples(c.oid) + coalesce(pg_catalog.pg_stat_get_dead_tuples(nullif(c.reltoastrelid, 0)), 0) AS dead
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = ANY (%(oids)s::pg_catalog.oid[]) AND c.relkind IN ('r', 'm')
ORDER BY 1, 2
