-- Whether a table is estimated to have more than 100,000 rows: to find the rows of a person without an index reads all of them.
CREATE FUNCTION sminion.large(target sminion.protected_table) RETURNS boolean
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  -- Without statistics: what 100 bytes a row would make of its size.
  SELECT coalesce(sum(CASE WHEN c.reltuples >= 0 THEN c.reltuples ELSE pg_relation_size(c.oid) / 100.0 END), 0) > 100000
  FROM pg_class c
  WHERE c.relkind = 'r' AND c.oid IN (
    SELECT to_regclass(format('%I.%I', target.schema_name, target.table_name))::oid
    UNION SELECT f.relid FROM pg_partition_tree(to_regclass(format('%I.%I', target.schema_name, target.table_name))) f)
$sminion$;
