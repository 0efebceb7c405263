-- Why a report does not read a table: rows would be missing, or code of the application would run with the rights of the guard.
-- NULL where it does.
--
-- blind: what sminion.blindness says of the table.
CREATE FUNCTION sminion.report_hindrance(target sminion.protected_table, blind text) RETURNS text
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT CASE
    WHEN to_regclass(format('%I.%I', target.schema_name, target.table_name)) IS NULL THEN 'the table does not exist'
    -- A policy of the application hides rows, and its functions would be called by the guard.
    WHEN blind LIKE '%polic%' THEN blind
    -- A view in the place of the table would call what it likes.
    WHEN NOT EXISTS (SELECT FROM pg_class c
                     WHERE c.oid = to_regclass(format('%I.%I', target.schema_name, target.table_name)) AND c.relkind IN ('r', 'p'))
      THEN 'it is no table'
    -- A type of the application's own would be compared by its code.
    WHEN (SELECT count(*) FROM pg_attribute a
          WHERE a.attrelid = to_regclass(format('%I.%I', target.schema_name, target.table_name)) AND a.attname = ANY (target.subject_columns)
            AND NOT a.attisdropped AND a.atttypid = ANY (ARRAY['bigint', 'integer', 'smallint', 'uuid', 'text', 'varchar']::regtype[]))
      <> cardinality(target.subject_columns) THEN 'a subject column has another type than that of a key'
  END
$sminion$;
