-- What pg_catalog and information_schema hold, by name: the source of sminion_guard/analyzer/builtins.txt.
-- Overloads share a row: the worst volatility (v before s before i) and every distinct list of output columns.
SELECT 'function' AS what, 'pg_catalog' AS schema, p.proname AS name,
       CASE max(CASE p.provolatile WHEN 'v' THEN 3 WHEN 's' THEN 2 ELSE 1 END)
            WHEN 3 THEN 'v' WHEN 2 THEN 's' ELSE 'i' END AS volatility,
       min(p.prokind::text) AS kind,
       bool_or(t.typtype = 'c' OR t.typname IN ('record', 'anyelement')) AS composite,
       string_agg(DISTINCT coalesce(o.columns, ''), '/') AS columns
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_type t ON t.oid = p.prorettype
  LEFT JOIN LATERAL (
       SELECT string_agg(a.name, ' ' ORDER BY a.place) AS columns
         FROM unnest(p.proargnames, p.proargmodes) WITH ORDINALITY AS a(name, mode, place)
        WHERE a.mode IN ('o', 'b', 't')) o ON true
 WHERE p.pronamespace = 'pg_catalog'::regnamespace
 GROUP BY p.proname
UNION ALL
SELECT 'relation', n.nspname, c.relname, NULL, NULL, NULL, NULL
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname IN ('pg_catalog', 'information_schema') AND c.relkind IN ('r', 'v')
UNION ALL
SELECT 'type', n.nspname, t.typname, NULL, NULL, NULL, NULL
  FROM pg_catalog.pg_type t
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
 WHERE n.nspname = 'pg_catalog' AND t.typtype IN ('b', 'p', 'r', 'm')
   -- an array has elements and the subscripts of arrays; name and point have elements only
   AND (t.typelem = 0 OR t.typsubscript <> 'pg_catalog.array_subscript_handler'::regproc)
 ORDER BY 1, 2, 3;
