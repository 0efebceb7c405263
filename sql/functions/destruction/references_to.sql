-- Foreign keys that refer to rows of a table, for a DELETE in the replica role, where PostgreSQL does not look at them: `condition`, over
-- alias `t`, for rows that others refer to; and the first table of which the guard cannot read that, or not without running code of others
-- with its rights: the planner computes what stands in an index.
--
-- Rows of the same table that are about the subject in parameter $1 too do not count: they go with it.
CREATE FUNCTION sminion.references_to(target sminion.protected_table, OUT condition text, OUT unreadable text)
LANGUAGE sql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH member AS (
    SELECT to_regclass(format('%I.%I', target.schema_name, target.table_name))::oid AS oid
    UNION SELECT f.relid FROM pg_partition_tree(to_regclass(format('%I.%I', target.schema_name, target.table_name))) f
  ), refers AS (
    SELECT c.conrelid, format('EXISTS (SELECT FROM %s AS r WHERE %s%s)', c.conrelid::regclass,
             string_agg(format('r.%I = t.%I', own.attname, other.attname), ' AND ' ORDER BY k.n),
             CASE WHEN c.conrelid IN (SELECT m.oid FROM member m)
               THEN format(' AND %s IS NOT TRUE', replace(sminion.subject_rows(target), 't.', 'r.')) ELSE '' END) AS condition,
           bool_and(has_schema_privilege('sminion_owner', l.relnamespace, 'USAGE')
                    AND has_column_privilege('sminion_owner', c.conrelid, own.attnum, 'SELECT')
                    AND (NOT l.relrowsecurity OR EXISTS (
                      SELECT FROM sminion.protected_table p WHERE to_regclass(format('%I.%I', p.schema_name, p.table_name)) = c.conrelid)))
             AND sminion.foreign_code(sminion.table_alone(min(n.nspname)::text, min(l.relname)::text), false) IS NULL AS readable
    FROM pg_constraint c JOIN pg_class l ON l.oid = c.conrelid JOIN pg_namespace n ON n.oid = l.relnamespace
    CROSS JOIN LATERAL unnest(c.conkey, c.confkey) WITH ORDINALITY AS k (own, other, n)
    JOIN pg_attribute own ON own.attrelid = c.conrelid AND own.attnum = k.own
    JOIN pg_attribute other ON other.attrelid = c.confrelid AND other.attnum = k.other
    WHERE c.contype = 'f' AND c.confrelid IN (SELECT m.oid FROM member m) AND c.conparentid = 0
    GROUP BY c.oid, c.conrelid
  )
  SELECT string_agg(r.condition, ' OR ' ORDER BY r.condition), min(r.conrelid::regclass::text COLLATE "C") FILTER (WHERE NOT r.readable)
  FROM refers r
$sminion$;
