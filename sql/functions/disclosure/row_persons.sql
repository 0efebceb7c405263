-- Per subject column of a table the subject of a row of `alias`, found anew by way of its parents: SQL text for EXECUTE. NULL for a row
-- that is about nobody; an empty text where the row leads to a parent that is gone, and did not say whose it was.
CREATE FUNCTION sminion.row_persons(target sminion.protected_table, alias text DEFAULT 't', level integer DEFAULT 0) RETURNS text[]
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  parent sminion.protected_table;
  above  text := 'p' || level;
  own    text[];
BEGIN
  SELECT array_agg(
    CASE WHEN c.prefix = '' THEN format('%s.%I::text', alias, c.name)
      WHEN c.type = 'text' THEN format('%L || nullif(%s.%I::text, %L)', c.prefix, alias, c.name, '')
      ELSE format('%L || %s.%I::text', c.prefix, alias, c.name) END
    ORDER BY c.n)
  INTO own
  FROM unnest(target.subject_columns, target.key_types, target.prefixes) WITH ORDINALITY AS c (name, type, prefix, n);
  IF target.depth = 0 THEN
    RETURN own;
  END IF;
  SELECT t.* INTO STRICT parent FROM sminion.protected_table t
  WHERE t.schema_name = target.parent_schema AND t.table_name = target.parent_table;
  -- An array tells a parent that is about nobody from one that is not there.
  RETURN ARRAY[format(
    'CASE WHEN %1$s.%2$I IS NOT NULL THEN (coalesce((SELECT ARRAY[%3$s] FROM %4$I.%5$I AS %6$s WHERE %6$s.%7$I = %1$s.%2$I), '
    || 'ARRAY[coalesce(%8$s, %9$L)]))[1] END',
    alias, target.child_column, (sminion.row_persons(parent, above, level + 1))[1], parent.schema_name, parent.table_name, above,
    target.parent_key, own[1], '')];
END
$sminion$;
