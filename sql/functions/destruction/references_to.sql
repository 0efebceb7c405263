-- Who leads to rows of a table, as a condition over alias `t`: by a foreign key, or by a path of the policy, without which nobody would know any more
-- whom such a row is about. A row that others lead to stays, until they are gone.
--
-- way:    a row that is deleted has everybody count. Of one that is depersonalized, foreign keys on what changes count, and paths: where a
--         row expires, from tables with personal data only, since the others may as well be about nobody.
-- person: rows of the same table that are about the subject in parameter $1 do not count, as they go along. Else only a row that leads to itself.
-- keys:   whether foreign keys are looked at here; PostgreSQL does where their triggers fire, and then may take rows along.
--
-- unreadable: the first table of which the guard cannot see all that, or not without running code of others with its rights: the planner
-- computes what stands in an index. NULL where all can be seen.
--
-- A generic plan: see sminion.foreign_code.
CREATE FUNCTION sminion.references_to(
  target sminion.protected_table, way text, person boolean, keys boolean DEFAULT true, OUT condition text, OUT unreadable text
)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $sminion$
#variable_conflict use_column
BEGIN
  WITH member AS (
    SELECT to_regclass(format('%I.%I', target.schema_name, target.table_name))::oid AS oid
    UNION SELECT f.relid FROM pg_partition_tree(to_regclass(format('%I.%I', target.schema_name, target.table_name))) f
  ), leads AS (
    SELECT c.conrelid AS relation, array_agg(own.attname) AS columns,
           string_agg(format('r.%I = t.%I', own.attname, other.attname), ' AND ' ORDER BY k.n)
             || CASE WHEN c.conrelid NOT IN (SELECT m.oid FROM member m) THEN ''
                  WHEN person THEN format(' AND %s IS NOT TRUE', sminion.subject_rows(target, 'r'))
                  ELSE ' AND (r.tableoid, r.ctid) IS DISTINCT FROM (t.tableoid, t.ctid)' END AS condition
    FROM pg_constraint c CROSS JOIN LATERAL unnest(c.conkey, c.confkey) WITH ORDINALITY AS k (own, other, n)
    JOIN pg_attribute own ON own.attrelid = c.conrelid AND own.attnum = k.own
    JOIN pg_attribute other ON other.attrelid = c.confrelid AND other.attnum = k.other
    WHERE keys AND c.contype = 'f' AND c.confrelid IN (SELECT m.oid FROM member m) AND c.conparentid = 0
    GROUP BY c.oid, c.conrelid
    HAVING way = 'destroy' OR bool_or(other.attname::text IN (SELECT v.name FROM sminion.depersonalized_values(target) v))
    UNION ALL
    SELECT to_regclass(format('%I.%I', p.schema_name, p.table_name)), ARRAY[p.child_column::name],
           format('r.%I = t.%I', p.child_column, p.parent_key)
    FROM sminion.protected_table p
    WHERE (p.parent_schema, p.parent_table) = (target.schema_name, target.table_name)
      AND to_regclass(format('%I.%I', p.schema_name, p.table_name)) IS NOT NULL
      AND (way = 'destroy' OR person OR sminion.personal_below(p.schema_name, p.table_name))
  ), refers AS (
    SELECT l.relation::regclass::text AS name, format('EXISTS (SELECT FROM %s AS r WHERE %s)', l.relation::regclass, l.condition) AS condition,
           has_schema_privilege('sminion_owner', n.oid, 'USAGE')
             AND (SELECT bool_and(has_column_privilege('sminion_owner', c.oid, k.name, 'SELECT')) FROM unnest(l.columns) AS k (name))
             -- With row security that is not the guard's, rows would be hidden, and code of others would say which.
             AND (NOT c.relrowsecurity OR EXISTS (SELECT FROM pg_policy o WHERE o.polrelid = c.oid AND o.polname = 'guard_owner'))
             AND NOT EXISTS (
               SELECT FROM pg_policy o WHERE o.polrelid = c.oid
                 AND EXISTS (SELECT FROM unnest(o.polroles) r (oid)
                             WHERE CASE r.oid WHEN 0 THEN true ELSE pg_has_role('sminion_owner', r.oid, 'USAGE') END)
                 AND NOT EXISTS (
                   SELECT FROM sminion.installed_object i
                   WHERE i.key = CASE o.polname WHEN 'guard_others' THEN format('others:%s.%s', n.nspname, c.relname)
                     ELSE format('policy:%s.%s:%s', n.nspname, c.relname, o.polname) END COLLATE "default"))
             AND sminion.foreign_code(sminion.table_alone(n.nspname::text, c.relname::text), false) IS NULL AS readable
    FROM leads l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
  )
  SELECT coalesce(string_agg(DISTINCT r.condition, ' OR ' ORDER BY r.condition), 'false'),
         min(r.name COLLATE "C") FILTER (WHERE NOT r.readable)
  INTO condition, unreadable
  FROM refers r;
END
$sminion$;
