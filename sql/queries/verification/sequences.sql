-- Sequences that stand at the key: it was the last one that was given.
SELECT s.schemaname || '.' || s.sequencename AS name, 'last_value' AS "column", 1 AS rows
FROM pg_catalog.pg_sequences s
WHERE s.schemaname <> 'sminion' AND s.last_value::text = %(key)s
ORDER BY 1
