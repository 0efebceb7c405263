-- The condition, over alias `t`, for rows that are past their retention: those that the floor of each purpose hides (see
-- sminion.within_retention), by the moment of the statement too. In a form that an index on the column answers.
CREATE FUNCTION sminion.expired_rows(own sminion.retention_rule) RETURNS text
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT format(CASE a.atttypid WHEN 'timestamptz'::regtype
      THEN '(t.%1$I <= timezone(%3$L, timezone(%3$L, statement_timestamp()) - %2$L::interval))'
      ELSE '(t.%1$I <= timezone(%3$L, statement_timestamp()) - %2$L::interval)' END,
    own.after_column, own.keep, own.zone)
  FROM pg_attribute a
  WHERE a.attrelid = to_regclass(format('%I.%I', own.schema_name, own.table_name)) AND a.attname = own.after_column AND NOT a.attisdropped
    AND a.atttypid = ANY (ARRAY['timestamptz', 'timestamp', 'date']::regtype[])
$sminion$;
