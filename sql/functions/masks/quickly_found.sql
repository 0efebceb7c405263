-- Whether the rows of one subject in a table are found without reading all of it: each subject column leads an index, or the
-- table has less than 8 MB.
CREATE FUNCTION sminion.quickly_found(target sminion.protected_table) RETURNS boolean
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT (SELECT sum(pg_relation_size(m.oid)) < 8388608
          FROM (SELECT t.oid UNION SELECT f.relid FROM pg_partition_tree(t.oid) f) m (oid))
    OR NOT EXISTS (
      SELECT FROM pg_attribute a
      WHERE a.attrelid = t.oid AND a.attname = ANY (target.subject_columns)
        AND NOT EXISTS (
          SELECT FROM pg_index i
          WHERE i.indrelid = a.attrelid AND i.indisvalid AND i.indpred IS NULL AND i.indkey[0] = a.attnum))
  FROM (SELECT to_regclass(format('%I.%I', target.schema_name, target.table_name))) AS t (oid)
$sminion$;
