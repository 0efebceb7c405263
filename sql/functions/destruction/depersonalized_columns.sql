-- The columns that depersonalizing a row empties: those with personal data, and what leads to the person.
CREATE FUNCTION sminion.depersonalized_columns(target sminion.protected_table) RETURNS text[]
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT array_agg(a.attname::text ORDER BY a.attnum)
  FROM pg_attribute a
  LEFT JOIN (
    SELECT c.key AS name, c.value AS category
    FROM sminion.policy p JOIN sminion.policy_version v ON v.epoch = p.epoch
    CROSS JOIN LATERAL jsonb_each_text(
      v.document #> ARRAY['schemas', target.schema_name, 'tables', target.table_name, 'columns']) AS c
  ) l ON l.name = a.attname
  WHERE a.attrelid = to_regclass(format('%I.%I', target.schema_name, target.table_name)) AND a.attnum > 0 AND NOT a.attisdropped
    AND (l.category NOT IN ('key', 'none') OR a.attname = target.child_column
      OR target.depth = 0 AND a.attname = ANY (target.subject_columns))
$sminion$;
