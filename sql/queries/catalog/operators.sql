-- Operators outside of pg_catalog, the types they take, each once, and the function behind each.
SELECT n.nspname AS schema, o.oprname AS name,
       (SELECT json_agg(tn.nspname || '.' || t.typname ORDER BY tn.nspname, t.typname)
          FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
         WHERE t.oid IN (o.oprleft, o.oprright)) AS types,
       fn.nspname AS function_schema, f.proname AS function_name
  FROM pg_catalog.pg_operator o
  JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
  JOIN pg_catalog.pg_proc f ON f.oid = o.oprcode
  JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace
 WHERE n.nspname <> 'pg_catalog'
 ORDER BY n.nspname, o.oprname, o.oid;
