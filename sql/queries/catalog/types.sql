-- Types outside of the system schemas: what each is made of, and the code that comes with making a value of it.
-- Of the checks of domains only those are kept that call something or make a value of such a type.
WITH type_name AS (
     SELECT t.oid,
            CASE WHEN t.typelem <> 0 AND t.typlen = -1 AND e.typarray = t.oid
                 THEN pg_catalog.format('%s.%s[]', en.nspname, e.typname)
                 ELSE pg_catalog.format('%s.%s', n.nspname, t.typname) END AS name
       FROM pg_catalog.pg_type t
       JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
       LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
       LEFT JOIN pg_catalog.pg_namespace en ON en.oid = e.typnamespace
), risky AS (
     -- PostgreSQL's own functions that leave no dependency, and of which the analyzer must be asked all the same.
     SELECT ':funcid (' || string_agg(p.oid::text, '|') || ') ' AS pattern
       FROM pg_catalog.pg_proc p
      WHERE p.pronamespace = 'pg_catalog'::regnamespace
        AND (p.provolatile = 'v' OR p.proname ~ '_to_xml|^pg_(input|stat)_|_(in|recv)$|^ts_rewrite$')
        AND p.proname NOT IN ('nextval', 'currval', 'lastval', 'clock_timestamp', 'timeofday', 'random', 'gen_random_uuid',
                              'uuidv4', 'uuidv7')
), calling AS (
     SELECT d.objid
       FROM pg_catalog.pg_depend d
       LEFT JOIN pg_catalog.pg_proc p ON d.refclassid = 'pg_catalog.pg_proc'::regclass AND p.oid = d.refobjid
       LEFT JOIN pg_catalog.pg_operator o ON d.refclassid = 'pg_catalog.pg_operator'::regclass AND o.oid = d.refobjid
       LEFT JOIN pg_catalog.pg_type t ON d.refclassid = 'pg_catalog.pg_type'::regclass AND t.oid = d.refobjid
       LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
      WHERE d.classid = 'pg_catalog.pg_constraint'::regclass
        AND (p.pronamespace <> ALL (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname IN ('pg_catalog', 'sminion'))
             OR o.oid IS NOT NULL
             OR (d.deptype = 'n' AND coalesce(e.typtype, t.typtype) IN ('d', 'c', 'r', 'm')))
     UNION ALL
     SELECT k.oid FROM pg_catalog.pg_constraint k, risky WHERE k.contypid <> 0 AND k.conbin::text ~ risky.pattern
), support AS (
     -- Input and output, modifiers, ranges, and the operator classes made for the type.
     SELECT t.oid AS type, t.typinput AS function FROM pg_catalog.pg_type t
     UNION SELECT t.oid, t.typoutput FROM pg_catalog.pg_type t
     UNION SELECT t.oid, t.typreceive FROM pg_catalog.pg_type t
     UNION SELECT t.oid, t.typsend FROM pg_catalog.pg_type t
     UNION SELECT t.oid, t.typmodin FROM pg_catalog.pg_type t
     UNION SELECT t.oid, t.typmodout FROM pg_catalog.pg_type t
     UNION SELECT t.oid, t.typsubscript FROM pg_catalog.pg_type t
     UNION SELECT r.rngtypid, r.rngcanonical FROM pg_catalog.pg_range r
     UNION SELECT r.rngtypid, r.rngsubdiff FROM pg_catalog.pg_range r
     UNION SELECT r.rngtypid, ap.amproc
             FROM pg_catalog.pg_range r
             JOIN pg_catalog.pg_opclass oc ON oc.oid = r.rngsubopc
             JOIN pg_catalog.pg_amproc ap ON ap.amprocfamily = oc.opcfamily
     UNION SELECT oc.opcintype, ap.amproc
             FROM pg_catalog.pg_opclass oc
             JOIN pg_catalog.pg_amproc ap ON ap.amprocfamily = oc.opcfamily
)
SELECT n.nspname AS schema, t.typname AS name,
       (SELECT coalesce(json_agg(json_build_array(a.attname, y.name) ORDER BY a.attnum), '[]')
          FROM pg_catalog.pg_attribute a
          JOIN type_name y ON y.oid = a.atttypid
         WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) AS attributes,
       -- Of a domain what it is over, of a range its bounds, of a multirange its range.
       (SELECT y.name FROM type_name y
         WHERE y.oid = CASE t.typtype
                       WHEN 'd' THEN t.typbasetype
                       WHEN 'r' THEN (SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid)
                       WHEN 'm' THEN (SELECT r.rngtypid FROM pg_catalog.pg_range r WHERE r.rngmultitypid = t.oid) END) AS base,
       t.typtype::text AS kind,
       (SELECT coalesce(json_agg(pg_catalog.pg_get_expr(k.conbin, 0) ORDER BY k.conname), '[]')
          FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c'
           AND k.oid IN (SELECT objid FROM calling)) AS checks,
       (SELECT coalesce(json_agg(DISTINCT jsonb_build_array(hn.nspname, h.proname)), '[]')
          FROM support s
          JOIN pg_catalog.pg_proc h ON h.oid = s.function
          JOIN pg_catalog.pg_namespace hn ON hn.oid = h.pronamespace
         WHERE s.type = t.oid AND hn.nspname <> 'pg_catalog') AS functions
  FROM pg_catalog.pg_type t
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
  LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
 WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
   AND (c.oid IS NULL OR c.relkind = 'c') AND (e.oid IS NULL OR e.typarray <> t.oid)
 ORDER BY n.nspname, t.typname;
