-- Whether an update of a table's masks queues a trigger of the application that fires at the end of the transaction: a
-- CONSTRAINT TRIGGER that is deferrable. (Those of foreign and unique keys look at their own columns only.)
CREATE FUNCTION sminion.defers_checks(target sminion.protected_table) RETURNS boolean
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  SELECT EXISTS (
    SELECT FROM pg_trigger t
    WHERE t.tgdeferrable AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgtype & 16 <> 0
      AND t.tgrelid IN (SELECT to_regclass(format('%I.%I', target.schema_name, target.table_name))
                        UNION SELECT f.relid FROM pg_partition_tree(format('%I.%I', target.schema_name, target.table_name)) f))
$sminion$;
