-- Operators outside of pg_catalog, the types they take, each once, and the function behind each.
WITH type_name AS (
     SELECT t.oid,
            CASE WHEN t.typelem <> 0 AND t.typlen = -1 AND e.typarray = t.oid
                 THEN pg_catalog.format('%s.%s[]', en.nspname, e.typname)
                 ELSE pg_catalog.format('%s.%s', n.nspname, t.typname) END AS name
       FROM pg_catalog.pg_type t
       JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
       LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
       LEFT JOIN pg_catalog.pg_namespace en ON en.oid = e.typnamespace
)
SELECT n.nspname AS schema, o.oprname AS name,
       (SELECT json_agg(t.name ORDER BY t.name)
          FROM type_name t
         WHERE t.oid IN (o.oprleft, o.oprright)) AS types,
       fn.nspname AS function_schema, f.proname AS function_name
  FROM pg_catalog.pg_operator o
  JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
  JOIN pg_catalog.pg_proc f ON f.oid = o.oprcode
  JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace
 WHERE n.nspname <> 'pg_catalog'
 ORDER BY n.nspname, o.oprname, o.oid;
