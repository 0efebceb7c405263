-- The condition, over alias `t`, for rows of one table whose mask is not that of their subjects, or that have another
-- subject than their parent: SQL text for EXECUTE.
-- A row whose subject is NULL or empty permits nothing, but for an optional one that is NULL; a row with several subjects
-- permits what all of them permit; a subject without a state permits what is permitted by default. Where the table
-- shows rows about nobody, one of them permits everything: all its subjects are NULL, or it leads to no parent, or to one
-- that is about nobody.
CREATE FUNCTION sminion.stale_rows(target sminion.protected_table) RETURNS text
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT format(
    't.guard_mask IS DISTINCT FROM CASE %sWHEN %s THEN 0 ELSE %s END%s',
    CASE
      WHEN NOT target.anonymous THEN ''
      WHEN target.depth > 0 THEN format(
        'WHEN t.%1$I IS NULL OR (t.guard_subject IS NULL AND (SELECT p.%2$I IS NULL AND p.guard_mask = -1 FROM %3$I.%4$I p'
        || ' WHERE p.%5$I = t.%1$I)) THEN -1 ',
        target.child_column, target.parent_subject, target.parent_schema, target.parent_table, target.parent_key)
      ELSE format('WHEN %s THEN -1 ', string_agg(format('t.%I IS NULL', c.name), ' AND ' ORDER BY c.name))
    END,
    concat_ws(' OR ',
      string_agg(format('t.%I IS NULL', c.name), ' OR ' ORDER BY c.name) FILTER (WHERE NOT c.optional),
      string_agg(format('t.%I = %L', c.name, ''), ' OR ' ORDER BY c.name) FILTER (WHERE c.type = 'text'),
      CASE WHEN bool_and(c.optional) THEN '(' || string_agg(format('t.%I IS NULL', c.name), ' AND ' ORDER BY c.name) || ')' END),
    string_agg(
      CASE WHEN c.optional THEN format('CASE WHEN t.%I IS NULL THEN -1 ELSE ', c.name) ELSE '' END
      || format(
        'coalesce((SELECT sminion.mask_in(s.*, %L) FROM sminion.subject_state s WHERE s.subject = %s),'
        || ' (SELECT sminion.mask(p.*, false, 0, 0) FROM sminion.policy p))', target.schema_name, c.subject)
      || CASE WHEN c.optional THEN ' END' ELSE '' END, ' & ' ORDER BY c.name),
    CASE WHEN target.depth > 0 THEN format(
      ' OR t.guard_subject IS DISTINCT FROM (SELECT p.%I FROM %I.%I p WHERE p.%I = t.%I)',
      target.parent_subject, target.parent_schema, target.parent_table, target.parent_key, target.child_column)
    ELSE '' END)
  FROM unnest(target.subject_columns, target.key_types, target.optional, sminion.subject_texts(target))
    AS c (name, type, optional, subject)
$sminion$;
