-- Who leads to rows of a table, over alias `t`: by a foreign key of any kind, since expired rows take none that is not expired along; or by
-- a path of the policy, without which nobody would know any more whom such a row is about: of a row that stays, but about nobody,
-- only paths from tables with personal data. `unreadable`: the first table
-- that the guard cannot read there, or not without running code of others with its rights: the planner computes what stands in an index.
CREATE FUNCTION sminion.rows_in_use(target sminion.protected_table, way text, OUT condition text, OUT unreadable text)
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH member AS (
    SELECT to_regclass(format('%I.%I', target.schema_name, target.table_name))::oid AS oid
    UNION SELECT f.relid FROM pg_partition_tree(to_regclass(format('%I.%I', target.schema_name, target.table_name))) f
  ), refers AS (
    SELECT c.conrelid::regclass::text AS name, format('EXISTS (SELECT FROM %s AS r WHERE %s%s)', c.conrelid::regclass,
             string_agg(format('r.%I = t.%I', own.attname, other.attname), ' AND ' ORDER BY k.n),
             -- A row may refer to itself.
             CASE WHEN c.conrelid IN (SELECT m.oid FROM member m) THEN ' AND (r.tableoid, r.ctid) IS DISTINCT FROM (t.tableoid, t.ctid)' ELSE '' END)
             AS condition,
           bool_and(has_schema_privilege('sminion_owner', l.relnamespace, 'USAGE')
                    AND has_column_privilege('sminion_owner', c.conrelid, own.attnum, 'SELECT')
                    -- With row security that is not the guard's, rows would be hidden, and code of others would say which.
                    AND NOT EXISTS (
                      SELECT FROM pg_policy o WHERE o.polrelid = c.conrelid
                        AND EXISTS (SELECT FROM unnest(o.polroles) r (oid)
                                    WHERE CASE r.oid WHEN 0 THEN true ELSE pg_has_role('sminion_owner', r.oid, 'USAGE') END)
                        AND NOT EXISTS (
                          SELECT FROM sminion.installed_object i
                          WHERE i.key = CASE o.polname WHEN 'guard_others' THEN format('others:%s.%s', n.nspname, l.relname)
                            ELSE format('policy:%s.%s:%s', n.nspname, l.relname, o.polname) END COLLATE "default"))
                    AND (NOT l.relrowsecurity OR EXISTS (
                      SELECT FROM pg_policy o WHERE o.polrelid = c.conrelid AND o.polname = 'guard_owner')))
             AND sminion.foreign_code(sminion.table_alone(min(n.nspname)::text, min(l.relname)::text), false) IS NULL AS readable
    FROM pg_constraint c JOIN pg_class l ON l.oid = c.conrelid JOIN pg_namespace n ON n.oid = l.relnamespace
    CROSS JOIN LATERAL unnest(c.conkey, c.confkey) WITH ORDINALITY AS k (own, other, n)
    JOIN pg_attribute own ON own.attrelid = c.conrelid AND own.attnum = k.own
    JOIN pg_attribute other ON other.attrelid = c.confrelid AND other.attnum = k.other
    WHERE way = 'destroy' AND c.contype = 'f' AND c.confrelid IN (SELECT m.oid FROM member m) AND c.conparentid = 0
    GROUP BY c.oid, c.conrelid
    UNION ALL
    SELECT format('%I.%I', p.schema_name, p.table_name),
           format('EXISTS (SELECT FROM %I.%I AS r WHERE r.%I = t.%I)', p.schema_name, p.table_name, p.child_column, p.parent_key),
           sminion.foreign_code(p, false) IS NULL
    FROM sminion.protected_table p
    WHERE (p.parent_schema, p.parent_table) = (target.schema_name, target.table_name)
      AND (way = 'destroy' OR sminion.personal_below(p.schema_name, p.table_name))
  )
  SELECT coalesce(string_agg(r.condition, ' OR ' ORDER BY r.condition), 'false'), min(r.name COLLATE "C") FILTER (WHERE NOT r.readable)
  FROM refers r
$sminion$;
