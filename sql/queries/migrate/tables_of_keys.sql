-- The tables that statements with these keys change, as SQL names; a partition is locked with its parent.
SELECT format('%%I.%%I', n.nspname, c.relname)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND EXISTS (
    SELECT FROM unnest(%(keys)s::text[]) key
    WHERE key = n.nspname || '.' || c.relname OR starts_with(key, n.nspname || '.' || c.relname || ':'))
ORDER BY c.oid;
