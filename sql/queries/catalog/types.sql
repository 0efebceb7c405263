-- Types outside of the system schemas: attributes of composite types, base and checks of domains.
SELECT n.nspname AS schema, t.typname AS name,
       (SELECT coalesce(json_agg(json_build_array(a.attname, an.nspname || '.' || y.typname) ORDER BY a.attnum), '[]')
          FROM pg_catalog.pg_attribute a
          JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
          JOIN pg_catalog.pg_namespace an ON an.oid = y.typnamespace
         WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) AS attributes,
       CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, NULL) END AS base,
       (SELECT coalesce(json_agg(pg_catalog.pg_get_expr(k.conbin, 0) ORDER BY k.conname), '[]')
          FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c') AS checks
  FROM pg_catalog.pg_type t
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
  LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
 WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
   AND (c.oid IS NULL OR c.relkind = 'c') AND (e.oid IS NULL OR e.typarray <> t.oid)
 ORDER BY n.nspname, t.typname;
