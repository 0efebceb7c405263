-- The operators that compare two types as they are, without any conversion: of PostgreSQL itself, which a rule names.
SELECT p.operator, p.left_type, p.right_type, f.provolatile = 'i', f.proleakproof
FROM ROWS FROM (
  pg_catalog.unnest(%(operators)s::text[]), pg_catalog.unnest(%(left_types)s::text[]), pg_catalog.unnest(%(right_types)s::text[])
) AS p (operator, left_type, right_type)
JOIN pg_catalog.pg_operator o ON o.oprname = p.operator
  AND o.oprnamespace = 'pg_catalog'::pg_catalog.regnamespace
  AND o.oprleft = pg_catalog.to_regtype(p.left_type) AND o.oprright = pg_catalog.to_regtype(p.right_type)
  AND o.oprresult = 'pg_catalog.bool'::pg_catalog.regtype
JOIN pg_catalog.pg_proc f ON f.oid = o.oprcode
ORDER BY 1, 2, 3;
