-- Every function, procedure, aggregate and window function outside of the system schemas.
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
SELECT n.nspname AS schema, p.proname AS name, p.prokind::text AS kind,
       (SELECT coalesce(json_agg(y.name ORDER BY a.place), '[]')
          FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY a(type, place) JOIN type_name y ON y.oid = a.type) AS arguments,
       (SELECT coalesce(json_agg(a.name ORDER BY a.place), '[]')
          FROM unnest(p.proargnames) WITH ORDINALITY a(name, place)
         WHERE coalesce(p.proargmodes[a.place], 'i') IN ('i', 'b', 'v')) AS names,
       (SELECT coalesce(json_agg(a.name ORDER BY a.place), '[]')
          FROM unnest(p.proargnames, p.proargmodes) WITH ORDINALITY a(name, mode, place)
         WHERE a.mode IN ('o', 'b', 't')) AS outputs,
       r.name AS result, l.lanname AS language, p.provolatile::text AS volatility, p.prosecdef AS definer,
       p.proretset AS returns_set,
       -- All that its arguments, results and state are made of: a value of any of them may be made by a call.
       (SELECT coalesce(json_agg(DISTINCT y.name), '[]')
          FROM (SELECT unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]) || p.prorettype)
                UNION SELECT unnest(ARRAY[g.aggtranstype, g.aggmtranstype])
                  FROM pg_catalog.pg_aggregate g WHERE g.aggfnoid = p.oid) t(oid)
          JOIN type_name y ON y.oid = t.oid) AS types,
       pg_catalog.pg_get_expr(p.proargdefaults, 0) AS default_values,
       (SELECT e.extname FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
         WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid
           AND d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.deptype = 'e') AS extension,
       CASE WHEN l.lanname = 'c' THEN p.probin ELSE '' END AS library,
       p.pronargdefaults AS defaults, p.provariadic <> 0 AS variadic,
       CASE WHEN p.prosqlbody IS NOT NULL THEN pg_catalog.pg_get_functiondef(p.oid) ELSE p.prosrc END AS body,
       p.prosqlbody IS NOT NULL AS atomic,
       (SELECT substr(s, length('search_path=') + 1) FROM unnest(p.proconfig) s
         WHERE s LIKE 'search\_path=%') AS search_path,
       (SELECT coalesce(json_agg(lower(split_part(s, '=', 1))), '[]') FROM unnest(p.proconfig) s) AS settings,
       (SELECT coalesce(json_agg(DISTINCT jsonb_build_array(hn.nspname, h.proname)), '[]')
          FROM pg_catalog.pg_aggregate g
          JOIN pg_catalog.pg_proc h
            ON h.oid IN (g.aggtransfn, g.aggfinalfn, g.aggcombinefn, g.aggmtransfn, g.aggminvtransfn, g.aggmfinalfn)
          JOIN pg_catalog.pg_namespace hn ON hn.oid = h.pronamespace
         WHERE g.aggfnoid = p.oid AND hn.nspname <> 'pg_catalog') AS helpers,
       p.proacl IS NULL OR EXISTS (
           SELECT FROM pg_catalog.aclexplode(p.proacl) x WHERE x.grantee = 0 AND x.privilege_type = 'EXECUTE') AS public
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  JOIN pg_catalog.pg_language l ON l.oid = p.prolang
  JOIN type_name r ON r.oid = p.prorettype
 WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
 ORDER BY n.nspname, p.proname, p.oid;
