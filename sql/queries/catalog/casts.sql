-- Casts that run a function outside of pg_catalog.
SELECT sn.nspname || '.' || s.typname AS source, tn.nspname || '.' || t.typname AS target,
       fn.nspname AS function_schema, f.proname AS function_name, k.castcontext::text AS context
  FROM pg_catalog.pg_cast k
  JOIN pg_catalog.pg_type s ON s.oid = k.castsource
  JOIN pg_catalog.pg_namespace sn ON sn.oid = s.typnamespace
  JOIN pg_catalog.pg_type t ON t.oid = k.casttarget
  JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
  JOIN pg_catalog.pg_proc f ON f.oid = k.castfunc
  JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace
 WHERE fn.nspname <> 'pg_catalog'
 ORDER BY 1, 2;
