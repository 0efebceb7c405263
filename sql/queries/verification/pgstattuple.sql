-- Where the extension pgstattuple is installed, and this login may call it.
SELECT n.nspname AS schema_name
FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_extension'::pg_catalog.regclass AND d.refobjid = e.oid AND d.classid = 'pg_proc'::pg_catalog.regclass
JOIN pg_catalog.pg_proc f ON f.oid = d.objid AND f.proname = 'pgstattuple' AND f.proargtypes::text = '2205'
WHERE e.extname = 'pgstattuple' AND pg_catalog.has_function_privilege(f.oid, 'EXECUTE') AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
  -- Who owns the schema could put another function under the name.
  AND EXISTS (SELECT FROM pg_catalog.pg_roles o, pg_catalog.pg_database b
              WHERE b.datname = pg_catalog.current_database() AND o.rolsuper
                AND (o.oid = n.nspowner OR n.nspowner = 'pg_database_owner'::pg_catalog.regrole AND o.oid = b.datdba))
