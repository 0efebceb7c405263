-- Every foreign key, column by column, and whether it has one column only.
SELECT n.nspname::text, c.relname::text, a.attname::text, m.nspname::text, d.relname::text, b.attname::text,
       pg_catalog.cardinality(f.conkey) = 1
FROM pg_catalog.pg_constraint f
JOIN pg_catalog.pg_class c ON c.oid = f.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class d ON d.oid = f.confrelid
JOIN pg_catalog.pg_namespace m ON m.oid = d.relnamespace
CROSS JOIN ROWS FROM (pg_catalog.unnest(f.conkey), pg_catalog.unnest(f.confkey)) AS k (own, other)
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.own
JOIN pg_catalog.pg_attribute b ON b.attrelid = d.oid AND b.attnum = k.other
WHERE f.contype = 'f' AND f.conparentid = 0
ORDER BY 1, 2, 3, 4, 5, 6;
