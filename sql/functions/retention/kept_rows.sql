-- The condition, over alias `t`, for expired rows that stay: those of people in parameter $1, whose data of the table are held (see
-- sminion.held_people), those of people who are blocked, since what is blocked is stored and nothing else is done to it, and those that a destruction
-- takes itself. False where rows are about nobody.
CREATE FUNCTION sminion.kept_rows(target sminion.protected_table) RETURNS text
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT coalesce(sminion.subject_rows(target) || ' OR ' || string_agg(format(
    'EXISTS (SELECT FROM sminion.subject_state s WHERE s.subject = %1$s AND (s.blocked OR s.others_blocked OR s.erased'
    ' OR sminion.blocked_in(s.blocked_schemas, s.others_blocked_schemas, %2$L))) OR '
    'EXISTS (SELECT FROM sminion.pending_change p WHERE p.subject = %1$s)',
    CASE c.prefix WHEN '' THEN format('t.%I::text', c.name) ELSE format('(%L || t.%I::text)', c.prefix, c.name) END, target.schema_name), ' OR '), 'false')
  FROM unnest(target.subject_columns, target.prefixes) AS c (name, prefix)
$sminion$;
