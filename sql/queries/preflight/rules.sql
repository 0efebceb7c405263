SELECT pg_catalog.format('%%s.%%s', n.nspname, c.relname), w.rulename::text
FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::name[]), pg_catalog.unnest(%(table_names)s::name[])) AS p (schema_name, table_name)
JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema_name
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.table_name AND c.relkind IN ('r', 'p')
JOIN pg_catalog.pg_rewrite w ON w.ev_class = c.oid
ORDER BY 1, 2;
