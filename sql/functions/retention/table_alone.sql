-- A table as the functions of masks and destruction take it, with rows that are about nobody.
CREATE FUNCTION sminion.table_alone(schema_name text, table_name text) RETURNS sminion.protected_table
LANGUAGE plpgsql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  target sminion.protected_table;
BEGIN
  target.schema_name := table_alone.schema_name;
  target.table_name := table_alone.table_name;
  target.subject_columns := '{}';
  target.key_types := '{}';
  target.prefixes := '{}';
  target.optional := '{}';
  target.depth := 0;
  target.anonymous := false;
  RETURN target;
END
$sminion$;
