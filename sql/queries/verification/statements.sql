-- Where the extension pg_stat_statements is installed, which keeps texts of statements.
SELECT n.nspname AS schema_name
FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'
  -- Who owns the schema could put another function under the name.
  AND EXISTS (SELECT FROM pg_catalog.pg_roles o, pg_catalog.pg_database b
              WHERE b.datname = pg_catalog.current_database() AND o.rolsuper
                AND (o.oid = n.nspowner OR n.nspowner = 'pg_database_owner'::pg_catalog.regrole AND o.oid = b.datdba))
