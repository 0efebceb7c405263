-- The condition, over alias `t`, for rows of one table whose mask is not that of their subjects: SQL text for EXECUTE.
-- A row whose subject is NULL permits nothing; a row with several subjects permits what all of them permit; a child
-- without a subject (its parent came later) is looked at again each time.
CREATE FUNCTION sminion.stale_rows(target sminion.protected_table) RETURNS text
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT format(
    't.guard_mask IS DISTINCT FROM CASE WHEN %s THEN 0 ELSE coalesce((SELECT bit_and(s.mask)'
    || ' FROM sminion.subject_state s WHERE s.subject = ANY (ARRAY[%s])), -1) END%s',
    string_agg(format('t.%I IS NULL', c.name), ' OR ' ORDER BY c.name),
    string_agg(format('t.%I::text', c.name), ', ' ORDER BY c.name),
    CASE WHEN target.depth > 0 THEN ' OR t.guard_subject IS NULL' ELSE '' END)
  FROM unnest(target.subject_columns) AS c (name)
$sminion$;
