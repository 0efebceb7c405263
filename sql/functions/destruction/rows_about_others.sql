-- The condition, over alias `t`, for rows of one table that are about other people too than the subject in parameter $1; the SET clause that
-- takes that subject out of them; and `stuck`, for rows that name it in a column that must name somebody, of which `fixed` is one.
CREATE FUNCTION sminion.rows_about_others(target sminion.protected_table, OUT condition text, OUT unlink text, OUT fixed text, OUT stuck text)
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH subjects AS (
    SELECT c.name, c.optional, format(
      CASE c.prefix WHEN '' THEN 't.%1$I = ANY ($1::text[]::%2$s[])'
        ELSE 't.%1$I = ANY (sminion.keys_of_kind($1::text[], %3$L)::%2$s[])' END, c.name, c.type, c.prefix) AS own
    FROM unnest(target.subject_columns, target.key_types, target.prefixes, target.optional) AS c (name, type, prefix, optional)
  )
  SELECT CASE WHEN count(*) = 1 THEN 'false'
           ELSE string_agg(format('(t.%I IS NOT NULL AND (%s) IS NOT TRUE)', s.name, s.own), ' OR ' ORDER BY s.name) END,
         string_agg(format('%1$I = CASE WHEN (%2$s) IS NOT TRUE THEN t.%1$I END', s.name, s.own), ', ' ORDER BY s.name),
         min(s.name COLLATE "C") FILTER (WHERE NOT s.optional),
         coalesce(string_agg(format('(%s)', s.own), ' OR ' ORDER BY s.name) FILTER (WHERE NOT s.optional), 'false')
  FROM subjects s
$sminion$;
