-- All foreign keys, those of partitions aside, with the names that a query over them needs.
SELECT c.conrelid, cn.nspname AS schema_name, cl.relname AS table_name, c.conname, c.confrelid, fn.nspname AS other_schema,
       fl.relname AS other_table, pg_catalog.array_agg(own.attname::text ORDER BY k.n) AS columns,
       pg_catalog.array_agg(other.attname::text ORDER BY k.n) AS other_columns
FROM pg_catalog.pg_constraint c
JOIN pg_catalog.pg_class cl ON cl.oid = c.conrelid JOIN pg_catalog.pg_namespace cn ON cn.oid = cl.relnamespace
JOIN pg_catalog.pg_class fl ON fl.oid = c.confrelid JOIN pg_catalog.pg_namespace fn ON fn.oid = fl.relnamespace
CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(c.conkey), pg_catalog.unnest(c.confkey)) WITH ORDINALITY AS k (own, other, n)
JOIN pg_catalog.pg_attribute own ON own.attrelid = c.conrelid AND own.attnum = k.own
JOIN pg_catalog.pg_attribute other ON other.attrelid = c.confrelid AND other.attnum = k.other
WHERE c.contype = 'f' AND c.conparentid = 0 AND cn.nspname <> 'sminion'
GROUP BY c.oid, c.conrelid, cn.nspname, cl.relname, c.conname, c.confrelid, fn.nspname, fl.relname
ORDER BY cn.nspname COLLATE "C", cl.relname COLLATE "C", c.conname COLLATE "C"
