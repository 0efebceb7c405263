-- Whether expired rows of a table are found without reading all of it: an index begins with the column, or the table is small.
CREATE FUNCTION sminion.expired_found(own sminion.retention_rule) RETURNS boolean
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT NOT sminion.large(sminion.retention_target(own)) OR EXISTS (
    SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = to_regclass(format('%I.%I', own.schema_name, own.table_name)) AND i.indisvalid AND i.indpred IS NULL
      AND m.amname = 'btree' AND a.attname = own.after_column)
$sminion$;
