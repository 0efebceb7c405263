-- Partitions of a table in which nothing but expired rows can be, by their bounds: ranges of the column alone that retention counts from, which end
-- before what is kept begins, in the order of PostgreSQL: with an operator class of the application they would mean anything. Never the default
-- partition, nor where rows are depersonalized.
CREATE FUNCTION sminion.past_partitions(own sminion.retention_rule) RETURNS oid[]
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO'
SET timezone = 'UTC'
AS $sminion$
DECLARE
  past  CONSTANT text := sminion.expired_rows(own);
  found oid[] := '{}';
  part  record;
  gone  boolean;
BEGIN
  IF past IS NULL OR own.way <> 'destroy' THEN
    RETURN found;
  END IF;
  FOR part IN
    SELECT c.oid, substring(pg_get_expr(c.relpartbound, c.oid) FROM ' TO \(''([^'']+)''\)$') AS "end", a.atttypid::regtype AS type
    FROM pg_partition_tree(to_regclass(format('%I.%I', own.schema_name, own.table_name))) f JOIN pg_class c ON c.oid = f.relid
    JOIN pg_partitioned_table k ON k.partrelid = f.parentrelid AND k.partstrat = 'r' AND k.partnatts = 1
    JOIN pg_attribute a ON a.attrelid = k.partrelid AND a.attnum = k.partattrs[0] AND a.attname = own.after_column
    JOIN pg_opclass o ON o.oid = k.partclass[0] AND o.opcnamespace = 'pg_catalog'::regnamespace
    WHERE f.isleaf AND c.relkind = 'r'
    ORDER BY c.relname COLLATE "C"
  LOOP
    EXECUTE format('SELECT %s FROM (SELECT %L::%s AS %I) AS t', past, part."end", part.type, own.after_column) INTO gone;
    IF gone THEN
      found := array_append(found, part.oid);
    END IF;
  END LOOP;
  RETURN found;
END
$sminion$;
