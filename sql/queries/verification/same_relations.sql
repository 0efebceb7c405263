-- Whether names still mean the relations that they did, and these store rows.
SELECT pg_catalog.count(*) = pg_catalog.cardinality(%(oids)s::pg_catalog.oid[]) AS same
FROM ROWS FROM (pg_catalog.unnest(%(oids)s::pg_catalog.oid[]), pg_catalog.unnest(%(schemas)s::text[]), pg_catalog.unnest(%(names)s::text[])) AS o (oid, schema_name, table_name)
JOIN pg_catalog.pg_class c ON c.oid = o.oid AND c.relname = o.table_name AND c.relkind IN ('r', 'p', 'm')
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname = o.schema_name
