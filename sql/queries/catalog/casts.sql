-- Casts that run a function outside of pg_catalog.
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
SELECT s.name AS source, t.name AS target,
       fn.nspname AS function_schema, f.proname AS function_name, k.castcontext::text AS context
  FROM pg_catalog.pg_cast k
  JOIN type_name s ON s.oid = k.castsource
  JOIN type_name t ON t.oid = k.casttarget
  JOIN pg_catalog.pg_proc f ON f.oid = k.castfunc
  JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace
 WHERE fn.nspname <> 'pg_catalog'
 ORDER BY 1, 2;
