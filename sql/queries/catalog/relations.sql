-- Every relation outside of the system schemas, with all that reading or writing it may set in motion.
-- Names are qualified throughout: the reader empties search_path before.
WITH type_name AS (
     SELECT t.oid,
            CASE WHEN t.typelem <> 0 AND t.typlen = -1 AND e.typarray = t.oid
                 THEN pg_catalog.format('%s.%s[]', en.nspname, e.typname)
                 ELSE pg_catalog.format('%s.%s', n.nspname, t.typname) END AS name
       FROM pg_catalog.pg_type t
       JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
       LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
       LEFT JOIN pg_catalog.pg_namespace en ON en.oid = e.typnamespace
), calling AS (
     -- Expressions worth following: they call something, or read some other relation. (What pg_catalog brings is pinned
     -- and leaves no dependency; the guard's own functions are known.)
     SELECT d.classid, d.objid
       FROM pg_catalog.pg_depend d
       LEFT JOIN pg_catalog.pg_proc p ON d.refclassid = 'pg_catalog.pg_proc'::regclass AND p.oid = d.refobjid
       LEFT JOIN pg_catalog.pg_operator o ON d.refclassid = 'pg_catalog.pg_operator'::regclass AND o.oid = d.refobjid
       LEFT JOIN pg_catalog.pg_class c ON d.refclassid = 'pg_catalog.pg_class'::regclass AND c.oid = d.refobjid
      WHERE p.pronamespace <> ALL (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname IN ('pg_catalog', 'sminion'))
         OR o.oid IS NOT NULL
         OR (c.oid IS NOT NULL AND d.deptype = 'n' AND d.objid <> d.refobjid
             AND NOT EXISTS (SELECT FROM pg_catalog.pg_policy l WHERE l.oid = d.objid AND l.polrelid = c.oid)
             AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.oid = d.objid AND k.conrelid = c.oid)
             AND NOT EXISTS (SELECT FROM pg_catalog.pg_attrdef a
                              JOIN pg_catalog.pg_depend s ON s.objid = c.oid AND s.refobjid = a.adrelid AND s.deptype = 'a'
                             WHERE a.oid = d.objid))
)
SELECT n.nspname AS schema, c.relname AS name, c.relkind::text AS kind,
       CASE WHEN c.relkind IN ('v', 'm') THEN pg_catalog.pg_get_viewdef(c.oid) END AS definition,
       coalesce((SELECT bool_or(lower(o.option_value) IN ('true', 'on', 'yes', '1'))
                   FROM pg_catalog.pg_options_to_table(c.reloptions) o
                  WHERE o.option_name = 'security_invoker'), false) AS invoker,
       (SELECT coalesce(string_agg(DISTINCT CASE x.privilege_type WHEN 'SELECT' THEN 'r' WHEN 'USAGE' THEN 'r'
                                                WHEN 'INSERT' THEN 'a' WHEN 'UPDATE' THEN 'w'
                                                WHEN 'DELETE' THEN 'd' ELSE '' END, ''), '')
          FROM pg_catalog.aclexplode(c.relacl) x WHERE x.grantee = 0) AS public,
       (SELECT coalesce(json_agg(json_build_array(a.attname, y.name, CASE WHEN k.objid IS NOT NULL
                                 THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END, a.attgenerated <> '')
                                 ORDER BY a.attnum), '[]')
          FROM pg_catalog.pg_attribute a
          JOIN type_name y ON y.oid = a.atttypid
          LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
          LEFT JOIN LATERAL (SELECT objid FROM calling
                              WHERE classid = 'pg_catalog.pg_attrdef'::regclass AND objid = d.oid LIMIT 1) k ON true
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
       (SELECT coalesce(json_agg(json_build_array(pn.nspname, p.relname) ORDER BY i.inhseqno), '[]')
          FROM pg_catalog.pg_inherits i
          JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
          JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
         WHERE i.inhrelid = c.oid) AS parents,
       (SELECT coalesce(json_agg(json_build_array(pn.nspname, p.relname) ORDER BY pn.nspname, p.relname), '[]')
          FROM pg_catalog.pg_inherits i
          JOIN pg_catalog.pg_class p ON p.oid = i.inhrelid
          JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
         WHERE i.inhparent = c.oid) AS children,
       (SELECT json_build_array(pn.nspname, p.relname)
          FROM pg_catalog.pg_depend d
          JOIN pg_catalog.pg_class p ON p.oid = d.refobjid
          JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
         WHERE c.relkind = 'S' AND d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
           AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.deptype IN ('a', 'i')
         LIMIT 1) AS owner,
       (SELECT coalesce(json_agg(json_build_array(
                   t.tgname, fn.nspname, f.proname,
                   CASE WHEN t.tgtype & 4 <> 0 THEN 'i' ELSE '' END || CASE WHEN t.tgtype & 16 <> 0 THEN 'u' ELSE '' END
                   || CASE WHEN t.tgtype & 8 <> 0 THEN 'd' ELSE '' END || CASE WHEN t.tgtype & 32 <> 0 THEN 't' ELSE '' END,
                   t.tgtype & 64 <> 0, pg_catalog.pg_get_triggerdef(t.oid)) ORDER BY t.tgname), '[]')
          FROM pg_catalog.pg_trigger t
          JOIN pg_catalog.pg_proc f ON f.oid = t.tgfoid
          JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace
         WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled <> 'D') AS triggers,
       (SELECT coalesce(json_agg(pg_catalog.pg_get_ruledef(r.oid) ORDER BY r.rulename), '[]')
          FROM pg_catalog.pg_rewrite r
         WHERE r.ev_class = c.oid AND r.rulename <> '_RETURN' AND r.ev_enabled <> 'D') AS rules,
       (SELECT coalesce(json_agg(DISTINCT pg_catalog.pg_get_expr(k.conbin, k.conrelid)), '[]')
          FROM pg_catalog.pg_constraint k
         WHERE k.conrelid = c.oid AND k.contype = 'c' AND EXISTS (
               SELECT FROM calling WHERE classid = 'pg_catalog.pg_constraint'::regclass AND objid = k.oid)) AS checks,
       (SELECT coalesce(json_agg(DISTINCT e.text), '[]')
          FROM pg_catalog.pg_policy l,
               LATERAL (VALUES (pg_catalog.pg_get_expr(l.polqual, l.polrelid)),
                               (pg_catalog.pg_get_expr(l.polwithcheck, l.polrelid))) e(text)
         WHERE l.polrelid = c.oid AND e.text IS NOT NULL AND EXISTS (
               SELECT FROM calling WHERE classid = 'pg_catalog.pg_policy'::regclass AND objid = l.oid)) AS policies,
       (SELECT coalesce(json_agg(json_build_array(cn.nspname, cc.relname,
                   (SELECT json_agg(a.attname ORDER BY u.place) FROM unnest(k.conkey) WITH ORDINALITY u(num, place)
                      JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num),
                   (SELECT json_agg(a.attname ORDER BY u.place) FROM unnest(k.confkey) WITH ORDINALITY u(num, place)
                      JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num),
                   CASE WHEN k.confdeltype IN ('c', 'n', 'd') THEN k.confdeltype::text ELSE '' END,
                   CASE WHEN k.confupdtype IN ('c', 'n', 'd') THEN k.confupdtype::text ELSE '' END)
                   ORDER BY k.conname), '[]')
          FROM pg_catalog.pg_constraint k
          JOIN pg_catalog.pg_class cc ON cc.oid = k.conrelid
          JOIN pg_catalog.pg_namespace cn ON cn.oid = cc.relnamespace
         WHERE k.confrelid = c.oid AND k.contype = 'f'
           AND (k.confdeltype IN ('c', 'n', 'd') OR k.confupdtype IN ('c', 'n', 'd'))) AS cascades,
       (SELECT coalesce(json_agg(json_build_array(k.conname,
                   (SELECT json_agg(a.attname ORDER BY u.place) FROM unnest(k.conkey) WITH ORDINALITY u(num, place)
                      JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num))
                   ORDER BY k.conname), '[]')
          FROM pg_catalog.pg_constraint k
         WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x')) AS constraints
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
   AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
 ORDER BY n.nspname, c.relname;
