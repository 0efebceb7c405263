-- Protected tables in a database that publishes updates, each with a column that an UPDATE may name: the server refuses every
-- UPDATE of a published table whose rows the subscriber could not tell apart.
SELECT pg_catalog.format('%%I.%%I', w.schema_name, w.table_name), pg_catalog.quote_ident(a.attname),
       EXISTS (SELECT FROM pg_catalog.pg_attribute m WHERE m.attrelid = c.oid AND m.attname = 'guard_mask' AND NOT m.attisdropped)
FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::text[]), pg_catalog.unnest(%(table_names)s::text[])) AS w (schema_name, table_name)
JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(pg_catalog.format('%%I.%%I', w.schema_name, w.table_name)) AND c.relkind IN ('r', 'p')
CROSS JOIN LATERAL (
  SELECT a.attname FROM pg_catalog.pg_attribute a
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity <> 'a' LIMIT 1) a
WHERE EXISTS (SELECT FROM pg_catalog.pg_publication p WHERE p.pubupdate)
ORDER BY 1;
