-- Every object of schema `sminion` as it is, one a row: `fingerprint` changes when the object does, `pattern` is the name
-- under which sminion.guard_object has it. A trigger that somebody disabled, a function with another body, owner or
-- setting, a policy or rule on one of its tables, and what does not belong here each change an answer.
--
-- Privileges are for guard_excess. What the policy made is for its own statements: functions named in installed_object.
-- Months of the logs come and go, and all look alike: `statement_event_YYYY_MM`. So do the marks of compartments, and the counters of logins.
CREATE FUNCTION sminion.guard_objects(OUT kind text, OUT name text, OUT pattern text, OUT fingerprint text) RETURNS SETOF record
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH relation AS (
    SELECT c.*, CASE
        WHEN c.relispartition THEN regexp_replace(c.relname, '\d{4}_\d{2}$', 'YYYY_MM')
        WHEN k.id IS NOT NULL THEN 'mark'
        WHEN c.relkind = 'S' AND c.relname ~ '^load_[0-9]+$' THEN 'load'
        ELSE c.relname END AS pattern
    FROM pg_class c
    LEFT JOIN sminion.compartment k ON c.relname = 'mark_' || k.id
    WHERE c.relnamespace = 'sminion'::regnamespace AND c.relkind NOT IN ('i', 'I', 't', 'c')
  )
  SELECT 'function', p.oid::regprocedure::text, p.oid::regprocedure::text,
         md5(concat_ws(' | ', CASE WHEN r.rolsuper THEN 'a superuser' ELSE r.rolname END, l.lanname, p.prokind, p.prosecdef, p.proleakproof, p.proisstrict, p.proretset,
           p.provolatile, p.proparallel, p.procost, p.prorows, p.prosupport, pg_get_function_sqlbody(p.oid),
           pg_get_function_result(p.oid), pg_get_function_arguments(p.oid), p.proconfig::text, p.prosrc))
  FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang JOIN pg_roles r ON r.oid = p.proowner
  WHERE p.pronamespace = 'sminion'::regnamespace
    -- In the collation of the key: that of names keeps the server from its index, and every function met every object.
    AND NOT (p.prorettype = 'trigger'::regtype AND p.pronargs = 0 AND EXISTS (
      SELECT FROM sminion.installed_object o
      WHERE o.key IN ('trigger_function:' || p.proname COLLATE "default", 'write_function:' || p.proname COLLATE "default")))
  UNION ALL
  SELECT 'table', r.relname, r.pattern, md5(concat_ws(' | ', r.relowner::regrole, r.relkind, r.relpersistence,
           r.relrowsecurity, r.relforcerowsecurity, r.relispartition, r.reloftype,
           (SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
                     a.attgenerated, a.attcollation::regcollation, pg_get_expr(d.adbin, d.adrelid)), ', ' ORDER BY a.attnum)
            FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped),
           -- NOT NULL is in the columns, and a constraint of its own from 18 on only.
           (SELECT string_agg(concat_ws(' ', pg_get_constraintdef(k.oid), k.convalidated), ', ' ORDER BY pg_get_constraintdef(k.oid))
            FROM pg_constraint k WHERE k.conrelid = r.oid AND k.contype <> 'n'),
           (SELECT string_agg(concat_ws(' ', i.indkey, i.indisunique, i.indisvalid, pg_get_expr(i.indexprs, i.indrelid),
                     pg_get_expr(i.indpred, i.indrelid)), ', '
                     ORDER BY i.indkey::text, i.indisunique, pg_get_expr(i.indexprs, i.indrelid), pg_get_expr(i.indpred, i.indrelid))
            FROM pg_index i WHERE i.indrelid = r.oid),
           (SELECT string_agg(concat_ws(' ', t.tgfoid::regproc, t.tgenabled), ', ' ORDER BY t.tgfoid::regproc::text, t.tgenabled)
            FROM pg_trigger t WHERE t.tgrelid = r.oid AND t.tgisinternal AND t.tgparentid = 0),
           'rules ' || (SELECT count(*) FROM pg_rewrite w WHERE w.ev_class = r.oid),
           'policies ' || (SELECT string_agg(concat_ws(' ', y.polname, y.polcmd, y.polpermissive, y.polroles::text, pg_get_expr(y.polqual, y.polrelid),
                             pg_get_expr(y.polwithcheck, y.polrelid)), ', ' ORDER BY y.polname)
                           FROM pg_policy y WHERE y.polrelid = r.oid),
           'children ' || (SELECT count(*) FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid
                           WHERE h.inhparent = r.oid AND (NOT c.relispartition OR c.relnamespace <> r.relnamespace))))
  FROM relation r WHERE r.relkind IN ('r', 'p', 'f')
  UNION ALL
  SELECT 'trigger', format('%s.%s', r.relname, t.tgname), format('%s.%s', r.pattern, t.tgname),
         md5(concat_ws(' | ', t.tgenabled, t.tgfoid::regprocedure, replace(pg_get_triggerdef(t.oid), 'sminion.' || r.relname, '')))
  FROM relation r JOIN pg_trigger t ON t.tgrelid = r.oid WHERE NOT t.tgisinternal
  UNION ALL
  SELECT 'view', r.relname, r.pattern, md5(concat_ws(' | ', r.relowner::regrole, r.relkind, r.reloptions::text, pg_get_viewdef(r.oid)))
  FROM relation r WHERE r.relkind IN ('v', 'm')
  UNION ALL
  SELECT 'sequence', r.relname, r.pattern, md5(concat_ws(' | ', r.relowner::regrole, s.seqtypid::regtype, s.seqincrement, s.seqcycle,
           s.seqmin, s.seqmax))
  FROM relation r JOIN pg_sequence s ON s.seqrelid = r.oid
  UNION ALL
  -- Of the database, and not of the schema, but their functions are.
  SELECT 'event trigger', e.evtname, e.evtname, md5(concat_ws(' | ', e.evtevent, e.evtenabled, e.evttags::text, e.evtfoid::regprocedure))
  FROM pg_event_trigger e JOIN pg_proc p ON p.oid = e.evtfoid WHERE p.pronamespace = 'sminion'::regnamespace
  UNION ALL
  SELECT 'other', pg_describe_object(d.classid, d.objid, 0), pg_describe_object(d.classid, d.objid, 0),
         -- A domain is as good as its CHECKs, which stand for those of a table.
         coalesce((
           SELECT concat_ws(' | ', t.typowner::regrole, format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault,
             (SELECT string_agg(concat_ws(' ', pg_get_constraintdef(k.oid), k.convalidated), ', ' ORDER BY pg_get_constraintdef(k.oid))
              FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype <> 'n'))
           FROM pg_type t WHERE d.classid = 'pg_type'::regclass AND t.oid = d.objid AND t.typtype = 'd'), '')
  FROM pg_depend d
  WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = 'sminion'::regnamespace AND d.deptype = 'n'
    AND (d.classid NOT IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass, 'pg_default_acl'::regclass)
         OR (d.classid = 'pg_type'::regclass AND EXISTS (
               SELECT FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
               WHERE t.oid = d.objid AND (t.typrelid = 0 OR c.relkind = 'c'))))
  UNION ALL
  SELECT 'other', 'schema sminion', 'schema sminion', n.nspowner::regrole::text FROM pg_namespace n WHERE n.nspname = 'sminion'
$sminion$;
