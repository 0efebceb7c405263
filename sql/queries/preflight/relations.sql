-- Everything that could be meant by a table of the policy, in the schemas that exist.
SELECT n.nspname::text, c.relname::text, c.relkind::text
FROM pg_catalog.pg_namespace n
LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'sminion', 'sminion_migrations')
ORDER BY 1, 2;
