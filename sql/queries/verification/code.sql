-- Definitions that have the key in their text. Those of the guard are made from the policy, which names no person.
SELECT q.name, q.part AS "column", 1 AS rows
FROM (
  SELECT f.oid::pg_catalog.regprocedure::text AS name, 'function' AS part, f.pronamespace AS schema,
         CASE WHEN f.prokind IN ('f', 'p') THEN pg_catalog.pg_get_functiondef(f.oid) END AS body
  FROM pg_catalog.pg_proc f WHERE f.oid >= 16384
  UNION ALL
  SELECT c.oid::pg_catalog.regclass::text, 'view', c.relnamespace, pg_catalog.pg_get_viewdef(c.oid)
  FROM pg_catalog.pg_class c WHERE c.relkind IN ('v', 'm') AND c.oid >= 16384
  UNION ALL
  SELECT c.oid::pg_catalog.regclass::text, 'default', c.relnamespace, pg_catalog.pg_get_expr(d.adbin, d.adrelid)
  FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_class c ON c.oid = d.adrelid WHERE c.oid >= 16384
  UNION ALL
  SELECT pg_catalog.pg_describe_object('pg_constraint'::pg_catalog.regclass, k.oid, 0), 'constraint', k.connamespace,
         pg_catalog.pg_get_constraintdef(k.oid)
  FROM pg_catalog.pg_constraint k WHERE k.contype IN ('c', 'x') AND k.oid >= 16384
  UNION ALL
  SELECT c.oid::pg_catalog.regclass::text, 'partition bound', c.relnamespace, pg_catalog.pg_get_expr(c.relpartbound, c.oid)
  FROM pg_catalog.pg_class c WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f')
  UNION ALL
  SELECT i.indexrelid::pg_catalog.regclass::text, 'index', c.relnamespace,
         pg_catalog.concat_ws(' ', pg_catalog.pg_get_expr(i.indexprs, i.indrelid), pg_catalog.pg_get_expr(i.indpred, i.indrelid))
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid WHERE pg_catalog.num_nonnulls(i.indexprs, i.indpred) > 0
  UNION ALL
  SELECT pg_catalog.pg_describe_object('pg_policy'::pg_catalog.regclass, p.oid, 0), 'policy', c.relnamespace,
         pg_catalog.concat_ws(' ', pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))
  FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid WHERE p.polname !~ '^guard_'
  UNION ALL
  SELECT pg_catalog.pg_describe_object('pg_trigger'::pg_catalog.regclass, g.oid, 0), 'trigger', c.relnamespace, pg_catalog.pg_get_triggerdef(g.oid)
  FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid WHERE NOT g.tgisinternal AND g.tgname !~ '^(zz_)?guard_'
  UNION ALL
  SELECT pg_catalog.pg_describe_object('pg_rewrite'::pg_catalog.regclass, r.oid, 0), 'rule', c.relnamespace, pg_catalog.pg_get_ruledef(r.oid)
  FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class WHERE r.rulename <> '_RETURN' AND c.oid >= 16384
  UNION ALL
  SELECT c.oid::pg_catalog.regclass::text, 'name', c.relnamespace, pg_catalog.concat_ws(' ', c.relname, (
    SELECT pg_catalog.string_agg(a.attname, ' ') FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))
  FROM pg_catalog.pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.oid >= 16384
  UNION ALL
  SELECT n.nspname, 'name of the schema', n.oid, n.nspname FROM pg_catalog.pg_namespace n WHERE n.oid >= 16384 AND n.nspname !~ '^pg_'
  UNION ALL
  SELECT r.rolname, 'name of the role', 0::pg_catalog.oid, r.rolname FROM pg_catalog.pg_roles r WHERE r.oid >= 16384
  UNION ALL
  SELECT c.oid::pg_catalog.regclass::text, 'options', c.relnamespace, f.ftoptions::text
  FROM pg_catalog.pg_foreign_table f JOIN pg_catalog.pg_class c ON c.oid = f.ftrelid
  UNION ALL
  SELECT t.oid::pg_catalog.regtype::text, 'label of an enum', t.typnamespace, pg_catalog.string_agg(e.enumlabel, E'\n')
  FROM pg_catalog.pg_enum e JOIN pg_catalog.pg_type t ON t.oid = e.enumtypid GROUP BY t.oid
  UNION ALL
  SELECT coalesce((SELECT r.rolname FROM pg_catalog.pg_roles r WHERE r.oid = s.setrole)::text, 'all roles'), 'setting', 0::pg_catalog.oid,
         s.setconfig::text
  FROM pg_catalog.pg_db_role_setting s
) q
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = q.schema
WHERE coalesce(n.nspname, '') NOT IN ('sminion', 'pg_catalog', 'information_schema') AND q.body ~ %(pattern)s
ORDER BY 1, 2
