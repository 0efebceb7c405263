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
), risky AS (
     -- PostgreSQL's own functions that leave no dependency, and of which the analyzer must be asked all the same.
     SELECT ':funcid (' || string_agg(p.oid::text, '|') || ') ' AS pattern
       FROM pg_catalog.pg_proc p
      WHERE p.pronamespace = 'pg_catalog'::regnamespace
        AND (p.provolatile = 'v' OR p.proname ~ '_to_xml|^pg_(input|stat)_|_(in|recv)$|^ts_rewrite$')
        AND p.proname NOT IN ('nextval', 'currval', 'lastval', 'clock_timestamp', 'timeofday', 'random', 'gen_random_uuid',
                              'uuidv4', 'uuidv7')
), calling AS (
     -- Expressions worth following: they call something, read some other relation, or make a value of a type that may
     -- bring code along. (What pg_catalog brings is pinned and leaves no dependency; the guard's own functions are known.)
     SELECT d.classid, d.objid
       FROM pg_catalog.pg_depend d
       LEFT JOIN pg_catalog.pg_proc p ON d.refclassid = 'pg_catalog.pg_proc'::regclass AND p.oid = d.refobjid
       LEFT JOIN pg_catalog.pg_operator o ON d.refclassid = 'pg_catalog.pg_operator'::regclass AND o.oid = d.refobjid
       LEFT JOIN pg_catalog.pg_class c ON d.refclassid = 'pg_catalog.pg_class'::regclass AND c.oid = d.refobjid
       LEFT JOIN pg_catalog.pg_type t ON d.refclassid = 'pg_catalog.pg_type'::regclass AND t.oid = d.refobjid
       LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
      WHERE d.classid IN ('pg_catalog.pg_attrdef'::regclass, 'pg_catalog.pg_constraint'::regclass,
                          'pg_catalog.pg_policy'::regclass, 'pg_catalog.pg_type'::regclass, 'pg_catalog.pg_class'::regclass)
        AND d.objsubid = 0
        AND (p.pronamespace <> ALL (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname IN ('pg_catalog', 'sminion'))
         OR o.oid IS NOT NULL
         OR coalesce(e.typtype, t.typtype) IN ('d', 'c', 'r', 'm')
         OR (c.oid IS NOT NULL AND d.deptype = 'n' AND d.objid <> d.refobjid
             AND NOT EXISTS (SELECT FROM pg_catalog.pg_policy l WHERE l.oid = d.objid AND l.polrelid = c.oid)
             AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.oid = d.objid AND k.conrelid = c.oid)
             AND NOT EXISTS (SELECT FROM pg_catalog.pg_attrdef a
                              JOIN pg_catalog.pg_depend s ON s.objid = c.oid AND s.refobjid = a.adrelid AND s.deptype = 'a'
                             WHERE a.oid = d.objid)))
     UNION ALL
     SELECT 'pg_catalog.pg_attrdef'::regclass, a.oid FROM pg_catalog.pg_attrdef a, risky WHERE a.adbin::text ~ risky.pattern
     UNION ALL
     SELECT 'pg_catalog.pg_constraint'::regclass, k.oid FROM pg_catalog.pg_constraint k, risky
      WHERE k.contype = 'c' AND k.conbin::text ~ risky.pattern
     UNION ALL
     SELECT 'pg_catalog.pg_policy'::regclass, l.oid FROM pg_catalog.pg_policy l, risky
      WHERE l.polqual::text ~ risky.pattern OR l.polwithcheck::text ~ risky.pattern
     UNION ALL
     SELECT 'pg_catalog.pg_type'::regclass, t.oid FROM pg_catalog.pg_type t, risky WHERE t.typdefaultbin::text ~ risky.pattern
), domain_default AS (
     SELECT t.oid, pg_catalog.pg_get_expr(t.typdefaultbin, 0) AS expression
       FROM pg_catalog.pg_type t
      WHERE t.typtype = 'd' AND t.typdefaultbin IS NOT NULL AND t.oid IN (
                       SELECT objid FROM calling WHERE classid = 'pg_catalog.pg_type'::regclass)
), support AS MATERIALIZED (
     -- Functions outside of pg_catalog that an index, a key of partitions or a constraint runs for each row.
     SELECT u.relation, hn.nspname, h.proname
       FROM (SELECT i.indrelid AS relation, unnest(i.indclass) AS class FROM pg_catalog.pg_index i
             UNION SELECT k.partrelid, unnest(k.partclass) FROM pg_catalog.pg_partitioned_table k) u
       JOIN pg_catalog.pg_opclass oc ON oc.oid = u.class
       JOIN pg_catalog.pg_amproc ap ON ap.amprocfamily = oc.opcfamily
       JOIN pg_catalog.pg_proc h ON h.oid = ap.amproc
       JOIN pg_catalog.pg_namespace hn ON hn.oid = h.pronamespace
      WHERE hn.nspname <> 'pg_catalog'
     UNION
     SELECT v.relation, hn.nspname, h.proname
       FROM (SELECT k.conrelid AS relation, unnest(k.conexclop || k.conpfeqop || k.conppeqop || k.conffeqop) AS operator
               FROM pg_catalog.pg_constraint k WHERE k.contype IN ('x', 'f')
             UNION SELECT k.confrelid, unnest(k.conpfeqop || k.conppeqop || k.conffeqop)
               FROM pg_catalog.pg_constraint k WHERE k.contype = 'f') v
       JOIN pg_catalog.pg_operator o ON o.oid = v.operator
       JOIN pg_catalog.pg_proc h ON h.oid = o.oprcode
       JOIN pg_catalog.pg_namespace hn ON hn.oid = h.pronamespace
      WHERE hn.nspname <> 'pg_catalog'
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
       -- A column without a default takes that of its domain.
       (SELECT coalesce(json_agg(json_build_array(a.attname, y.name, CASE
                                 WHEN d.oid IN (SELECT objid FROM calling WHERE classid = 'pg_catalog.pg_attrdef'::regclass)
                                 THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid)
                                 WHEN d.oid IS NULL THEN m.expression END, a.attgenerated <> '')
                                 ORDER BY a.attnum), '[]')
          FROM pg_catalog.pg_attribute a
          JOIN type_name y ON y.oid = a.atttypid
          LEFT JOIN domain_default m ON m.oid = a.atttypid
          LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
       -- What a generated column is made of, whatever follows from it: who sends the column sends that.
       (SELECT coalesce(json_agg(json_build_array(a.attname, pg_catalog.pg_get_expr(d.adbin, d.adrelid)) ORDER BY a.attnum), '[]')
          FROM pg_catalog.pg_attribute a
          JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
         WHERE a.attrelid = c.oid AND a.attgenerated <> '' AND NOT a.attisdropped) AS generated,
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
                   t.tgtype & 64 <> 0, pg_catalog.pg_get_triggerdef(t.oid), t.tgtype & 1 = 0,
                   pg_catalog.array_remove(ARRAY[t.tgoldtable::text, t.tgnewtable::text], NULL)) ORDER BY t.tgname), '[]')
          FROM pg_catalog.pg_trigger t
          JOIN pg_catalog.pg_proc f ON f.oid = t.tgfoid
          JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace
         WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled <> 'D') AS triggers,
       (SELECT coalesce(json_agg(pg_catalog.pg_get_ruledef(r.oid) ORDER BY r.rulename), '[]')
          FROM pg_catalog.pg_rewrite r
         WHERE r.ev_class = c.oid AND r.rulename <> '_RETURN' AND r.ev_enabled <> 'D') AS rules,
       -- Checks, and what indexes and keys of partitions compute; of the last two the text may be a list.
       (SELECT coalesce(json_agg(DISTINCT x.text), '[]')
          FROM (SELECT pg_catalog.pg_get_expr(k.conbin, k.conrelid) AS text
                  FROM pg_catalog.pg_constraint k
                 WHERE k.conrelid = c.oid AND k.contype = 'c' AND k.oid IN (
                       SELECT objid FROM calling WHERE classid = 'pg_catalog.pg_constraint'::regclass)
                UNION ALL
                SELECT e.text
                  FROM pg_catalog.pg_index i,
                       LATERAL (VALUES (pg_catalog.pg_get_expr(i.indexprs, i.indrelid)),
                                       (pg_catalog.pg_get_expr(i.indpred, i.indrelid))) e(text)
                 WHERE i.indrelid = c.oid AND e.text IS NOT NULL AND i.indexrelid IN (
                       SELECT objid FROM calling WHERE classid = 'pg_catalog.pg_class'::regclass)
                UNION ALL
                SELECT pg_catalog.pg_get_expr(k.partexprs, k.partrelid)
                  FROM pg_catalog.pg_partition_ancestors(c.oid) a
                  JOIN pg_catalog.pg_partitioned_table k ON k.partrelid = a.relid
                 WHERE EXISTS (SELECT FROM pg_catalog.pg_partitioned_table WHERE partexprs IS NOT NULL)
                   AND k.partexprs IS NOT NULL AND k.partrelid IN (
                       SELECT objid FROM calling WHERE classid = 'pg_catalog.pg_class'::regclass)) x) AS checks,
       (SELECT coalesce(json_agg(DISTINCT json_build_array(s.nspname, s.proname)::jsonb), '[]')
          FROM support s WHERE s.relation = c.oid) AS support,
       -- What a row is placed by: with an expression in it, any column may count.
       (SELECT coalesce(json_agg(a.attname ORDER BY a.attnum), '[]')
          FROM pg_catalog.pg_partitioned_table k
          JOIN pg_catalog.pg_attribute a ON a.attrelid = k.partrelid AND a.attnum > 0 AND NOT a.attisdropped
           AND (a.attnum = ANY (k.partattrs) OR k.partexprs IS NOT NULL)
         WHERE k.partrelid = c.oid) AS placed_by,
       (SELECT coalesce(json_agg(DISTINCT e.text), '[]')
          FROM pg_catalog.pg_policy l,
               LATERAL (VALUES (pg_catalog.pg_get_expr(l.polqual, l.polrelid)),
                               (pg_catalog.pg_get_expr(l.polwithcheck, l.polrelid))) e(text)
         WHERE l.polrelid = c.oid AND e.text IS NOT NULL AND l.oid IN (
                       SELECT objid FROM calling WHERE classid = 'pg_catalog.pg_policy'::regclass)) AS policies,
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
         -- One with an expression in it may read any column, which is what a name that is missing here means.
         WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x') AND 0 <> ALL (k.conkey)) AS constraints
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
   AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
 ORDER BY n.nspname, c.relname;
