-- Tables of the policy whose rows are the persons of a kind: the subject column alone is unique. Where no table is one, all that have the
-- key in a column of their own.
WITH own AS (
  SELECT p.schema_name, p.table_name, k.name AS column_name, c.oid, a.attnum,
         EXISTS (SELECT FROM pg_catalog.pg_index i
                 WHERE i.indrelid = c.oid AND i.indisunique AND i.indpred IS NULL AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum) AS root
  FROM sminion.protected_table p
  CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(p.subject_columns), pg_catalog.unnest(p.prefixes)) AS k (name, prefix)
  JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(pg_catalog.format('%%I.%%I', p.schema_name, p.table_name))
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = k.name
  WHERE p.depth = 0 AND k.prefix = %(prefix)s
)
SELECT o.schema_name, o.table_name, o.column_name, o.oid, o.attnum
FROM own o WHERE o.root OR NOT EXISTS (SELECT FROM own r WHERE r.root)
ORDER BY o.schema_name COLLATE "C", o.table_name COLLATE "C", o.column_name COLLATE "C"
