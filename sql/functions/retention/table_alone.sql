-- A table as the functions of masks and destruction take it, with rows that are about nobody.
CREATE FUNCTION sminion.table_alone(schema_name text, table_name text) RETURNS sminion.protected_table
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT r.* FROM jsonb_populate_record(NULL::sminion.protected_table, jsonb_build_object(
    'schema_name', table_alone.schema_name, 'table_name', table_alone.table_name, 'subject_columns', '[]'::jsonb, 'key_types', '[]'::jsonb,
    'prefixes', '[]'::jsonb, 'optional', '[]'::jsonb, 'depth', 0, 'anonymous', false)) r
$sminion$;
