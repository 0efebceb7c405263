-- The condition, over an alias, for the rows of one table that are about any of the subjects in parameter $1.
CREATE FUNCTION sminion.subject_rows(target sminion.protected_table, alias text DEFAULT 't') RETURNS text
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT '(' || string_agg(
    format(CASE c.prefix WHEN '' THEN '%s.%I = ANY ($1::text[]::%s[])'
             ELSE '%s.%I = ANY (sminion.keys_of_kind($1::text[], %L)::%s[])' END,
           VARIADIC CASE c.prefix WHEN '' THEN ARRAY[alias, c.name, c.type] ELSE ARRAY[alias, c.name, c.prefix, c.type] END),
    ' OR ' ORDER BY c.name) || ')'
  FROM unnest(target.subject_columns, target.key_types, target.prefixes) AS c (name, type, prefix)
$sminion$;
