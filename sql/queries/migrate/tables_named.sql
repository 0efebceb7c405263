-- These tables as SQL names, in one order for everybody who locks them; a partition is locked with its parent.
SELECT format('%%I.%%I', n.nspname, c.relname)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname || '.' || c.relname = ANY (%(names)s::text[])
ORDER BY c.oid;
