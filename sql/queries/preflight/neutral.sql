-- Neutral tables that refer to a person by a foreign key, and patterns that name no table.
WITH pattern AS (
  SELECT p.schema_name, p.pattern, p.meant
  FROM ROWS FROM (pg_catalog.unnest(%(neutral_schemas)s::name[]), pg_catalog.unnest(%(neutral_patterns)s::text[]), pg_catalog.unnest(%(neutral_names)s::text[]))
    AS p (schema_name, pattern, meant)
), listed AS (
  SELECT p.schema_name, p.table_name
  FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::name[]), pg_catalog.unnest(%(table_names)s::name[])) AS p (schema_name, table_name)
), neutral AS (
  SELECT c.oid, n.nspname, c.relname, p.meant
  FROM pattern p
  JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema_name
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p') AND c.relname::text LIKE p.pattern
  WHERE NOT EXISTS (SELECT FROM listed l WHERE l.schema_name = n.nspname AND l.table_name = c.relname)
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)
    AND (c.relkind = 'p' OR NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid))
)
SELECT DISTINCT 'refers', pg_catalog.format('%%s.%%s', e.nspname, e.relname), k.conname::text,
       pg_catalog.format('%%s.%%s', pn.nspname, parent.relname)
FROM neutral e
JOIN pg_catalog.pg_constraint k ON k.conrelid = e.oid AND k.contype = 'f'
JOIN pg_catalog.pg_class parent ON parent.oid = k.confrelid
JOIN pg_catalog.pg_namespace pn ON pn.oid = parent.relnamespace
JOIN ROWS FROM (pg_catalog.unnest(%(personal_schemas)s::name[]), pg_catalog.unnest(%(personal_names)s::name[])) AS q (schema_name, table_name)
  ON q.schema_name = pn.nspname AND q.table_name = parent.relname
UNION ALL
SELECT 'none', p.schema_name::text, p.meant, ''
FROM pattern p
WHERE NOT EXISTS (SELECT FROM neutral e WHERE e.nspname = p.schema_name AND e.meant = p.meant)
ORDER BY 1, 2, 3;
