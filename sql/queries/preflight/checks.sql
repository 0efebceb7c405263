-- Constraints of protected tables that rows in place may violate, which then refuse every UPDATE: those that were not
-- validated, and checks that call what may answer otherwise today: functions of the application, and what is not immutable
-- (`CHECK (valid_until > now())`). A partition's own are named with the partition; what is not enforced refuses nothing.
-- With them the condition that a row violates, the key by which a row may be named (numbers and UUIDs tell least; else its
-- place), and whether the table has masks already.
SELECT k.relation, k.conname, k.convalidated, k.condition, k.key, k.secured, k.masked
FROM (
  SELECT pg_catalog.format('%%I.%%I', n.nspname, r.relname) AS relation, pg_catalog.quote_ident(con.conname) AS conname, con.convalidated,
         CASE con.contype
           WHEN 'c' THEN pg_catalog.format('(%%s) IS FALSE', pg_catalog.pg_get_expr(con.conbin, con.conrelid))
           ELSE (SELECT pg_catalog.format('%%I IS NULL', a.attname) FROM pg_catalog.pg_attribute a
                 WHERE a.attrelid = con.conrelid AND a.attnum = con.conkey[1])
         END AS condition,
         coalesce((
           SELECT pg_catalog.format('%%I', a.attname)
           FROM pg_catalog.pg_index i
           JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
           WHERE i.indrelid = con.conrelid AND i.indisprimary AND i.indnkeyatts = 1
             AND a.atttypid IN ('bigint'::pg_catalog.regtype, 'integer'::pg_catalog.regtype, 'smallint'::pg_catalog.regtype, 'uuid'::pg_catalog.regtype)
         ), 'ctid') AS key,
         pg_catalog.row_security_active(con.conrelid) AS secured,
         EXISTS (SELECT FROM pg_catalog.pg_attribute a
                 WHERE a.attrelid = con.conrelid AND a.attname = 'guard_mask' AND NOT a.attisdropped) AS masked
  FROM ROWS FROM (pg_catalog.unnest(%(table_schemas)s::text[]), pg_catalog.unnest(%(table_names)s::text[])) AS w (schema_name, table_name)
  JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(pg_catalog.format('%%I.%%I', w.schema_name, w.table_name)) AND c.relkind IN ('r', 'p')
  CROSS JOIN LATERAL (
    SELECT c.oid::pg_catalog.regclass UNION SELECT p.relid FROM pg_catalog.pg_partition_tree(c.oid) p) AS f (relid)
  JOIN pg_catalog.pg_constraint con ON con.conrelid = f.relid AND (f.relid = c.oid OR con.coninhcount = 0)
  JOIN pg_catalog.pg_class r ON r.oid = con.conrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
  WHERE coalesce((pg_catalog.to_jsonb(con) ->> 'conenforced')::boolean, true)
    AND (
      con.contype IN ('c', 'n') AND NOT con.convalidated
      OR con.contype = 'c' AND (
        con.conbin::text LIKE '%%SQLVALUEFUNCTION%%'
        OR EXISTS (
          SELECT FROM pg_catalog.regexp_matches(con.conbin::text, ':(?:funcid|opfuncid) (\d+)', 'g') AS m (oid)
          JOIN pg_catalog.pg_proc f ON f.oid = m.oid[1]::pg_catalog.oid
          WHERE f.provolatile <> 'i' OR (
            f.oid >= 16384 AND NOT EXISTS (
              SELECT FROM pg_catalog.pg_depend d
              WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = f.oid AND d.deptype = 'e')))))
) k
ORDER BY 1, 2;
