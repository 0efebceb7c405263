-- Indexes of tables that row security keeps from being used: the functions behind an operator of theirs, or in their
-- expression, that are not leakproof. Such a condition is tested after row security, on every row that it leaves.
--
-- For access methods of order and equality the operators of one type with itself count; comparing a date with a timestamp
-- is a choice of the query. Others (GIN, GiST, SP-GiST) compare their type with several.
WITH key AS (
  SELECT n.nspname, c.relname, ic.oid AS index, in_.nspname AS index_schema, ic.relname AS index_name, i.indexprs, am.amname, k.place,
         pg_catalog.pg_get_indexdef(ic.oid, k.place::int, true) AS definition, o.opcfamily, o.opcintype, o.opcname, i.indkey[k.place - 1] = 0 AS computed
  FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::name[]), pg_catalog.unnest(%(table_names)s::name[])) AS p (schema_name, table_name)
  JOIN pg_catalog.pg_namespace n ON n.nspname = p.schema_name
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.table_name
  JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisvalid
  JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
  JOIN pg_catalog.pg_namespace in_ ON in_.oid = ic.relnamespace
  JOIN pg_catalog.pg_am am ON am.oid = ic.relam
  CROSS JOIN LATERAL pg_catalog.generate_series(1, i.indnkeyatts) AS k (place)
  JOIN pg_catalog.pg_opclass o ON o.oid = i.indclass[k.place - 1]
),
called AS (
  SELECT key.*, f.oid AS function, 'expression' AS why
  FROM key
  CROSS JOIN LATERAL pg_catalog.regexp_matches(key.indexprs::text, ':(?:funcid|opfuncid) (\d+)', 'g') AS m (oid)
  JOIN pg_catalog.pg_proc f ON f.oid = m.oid[1]::pg_catalog.oid
  WHERE key.computed
  UNION ALL
  SELECT key.*, f.oid, 'operator'
  FROM key
  JOIN pg_catalog.pg_amop a ON a.amopfamily = key.opcfamily AND a.amoplefttype = key.opcintype AND a.amoppurpose = 's'
    AND (a.amoprighttype = key.opcintype OR key.amname NOT IN ('btree', 'hash', 'brin'))
  JOIN pg_catalog.pg_operator op ON op.oid = a.amopopr
  JOIN pg_catalog.pg_proc f ON f.oid = op.oprcode
  UNION ALL
  -- Nobody writes `~<~`: such an index is made for LIKE.
  SELECT key.*, 'pg_catalog.textlike(text,text)'::pg_catalog.regprocedure::pg_catalog.oid, 'operator'
  FROM key
  WHERE key.opcname IN ('text_pattern_ops', 'varchar_pattern_ops', 'bpchar_pattern_ops')
)
SELECT pg_catalog.format('%%s.%%s', called.nspname, called.relname), pg_catalog.format('%%I.%%I', index_schema, index_name), definition, why,
       pg_catalog.array_agg(DISTINCT f.oid::pg_catalog.regprocedure::text)
FROM called
JOIN pg_catalog.pg_proc f ON f.oid = called.function
WHERE NOT f.proleakproof
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4;
