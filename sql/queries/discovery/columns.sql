-- The columns of all tables: the type below domains, its kind, the longest text it takes, whether it may be NULL, whether a
-- sequence fills it, and its comment. What the guard added is its own.
WITH RECURSIVE base AS (
  SELECT t.oid, t.oid AS below, t.typbasetype, t.typtypmod FROM pg_catalog.pg_type t
  UNION ALL
  SELECT b.oid, t.oid, t.typbasetype, CASE WHEN b.typtypmod >= 0 THEN b.typtypmod ELSE t.typtypmod END
  FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.typbasetype
)
SELECT n.nspname::text, c.relname::text, a.attname::text,
       pg_catalog.format_type(b.below, NULL), t.typtype::text, t.typcategory::text,
       CASE WHEN b.below IN ('pg_catalog.varchar'::pg_catalog.regtype, 'pg_catalog.bpchar'::pg_catalog.regtype)
             AND greatest(a.atttypmod, b.typtypmod) > 4
            THEN greatest(a.atttypmod, b.typtypmod) - 4 END,
       a.attnotnull,
       a.attidentity <> '' OR coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false),
       coalesce(pg_catalog.col_description(c.oid, a.attnum), '')
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN base b ON b.oid = a.atttypid AND b.typbasetype = 0
JOIN pg_catalog.pg_type t ON t.oid = b.below
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated = ''
WHERE c.relkind IN ('r', 'p')
  AND n.nspname NOT IN ('information_schema', 'sminion', 'sminion_migrations') AND n.nspname !~ '^pg_'
  AND a.attname NOT IN ('guard_mask', 'guard_subject')
ORDER BY 1, 2, a.attnum;
