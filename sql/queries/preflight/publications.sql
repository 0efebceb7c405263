-- Publications that carry rows of protected tables, or of their partitions, to a subscriber, with no ticket and no policy.
WITH protected AS (
  SELECT c.oid, n.oid AS schema_oid, pg_catalog.format('%%s.%%s', n.nspname, c.relname) AS name
  FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::name[]), pg_catalog.unnest(%(table_names)s::name[])) AS p (schema_name, table_name)
  JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema_name
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.table_name
), part AS (
  SELECT p.name, p.schema_oid, p.oid FROM protected p
  UNION
  SELECT p.name, c.relnamespace, t.relid
  FROM protected p, pg_catalog.pg_partition_tree(p.oid::pg_catalog.regclass) t JOIN pg_catalog.pg_class c ON c.oid = t.relid
)
SELECT b.pubname::text, pg_catalog.array_agg(DISTINCT t.name ORDER BY t.name)
FROM pg_catalog.pg_publication b
JOIN part t ON b.puballtables
  OR EXISTS (SELECT FROM pg_catalog.pg_publication_rel r WHERE r.prpubid = b.oid AND r.prrelid = t.oid)
  OR EXISTS (SELECT FROM pg_catalog.pg_publication_namespace s WHERE s.pnpubid = b.oid AND s.pnnspid = t.schema_oid)
GROUP BY b.pubname
ORDER BY 1;
