-- Where the extension pg_stat_statements is installed, which keeps texts of statements.
SELECT n.nspname AS schema_name
FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'
