-- Primary and unique keys of all tables, the primary ones first. A unique index without a constraint counts too, if it is
-- whole, valid and of plain columns.
SELECT n.nspname::text, c.relname::text, i.indisprimary,
       (SELECT pg_catalog.array_agg(a.attname::text ORDER BY k.place)
        FROM pg_catalog.unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (number, place)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
        WHERE k.place <= i.indnkeyatts)
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL AND 0 <> ALL (i.indkey)
  AND c.relkind IN ('r', 'p') AND n.nspname NOT IN ('information_schema', 'sminion', 'sminion_migrations') AND n.nspname !~ '^pg_'
ORDER BY 1, 2, i.indisprimary DESC, i.indexrelid;
