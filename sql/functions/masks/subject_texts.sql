-- Per subject column of a table the subject of a row of alias `t`, in the form of sminion.subject_key: SQL text for EXECUTE.
CREATE FUNCTION sminion.subject_texts(target sminion.protected_table) RETURNS text[]
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT array_agg(
    CASE WHEN c.prefix = '' THEN format('t.%I::text', c.name)
      WHEN c.type = 'text' THEN format('%L || nullif(t.%I::text, %L)', c.prefix, c.name, '')
      ELSE format('%L || t.%I::text', c.prefix, c.name) END
    ORDER BY c.n)
  FROM unnest(target.subject_columns, target.key_types, target.prefixes) WITH ORDINALITY AS c (name, type, prefix, n)
$sminion$;
