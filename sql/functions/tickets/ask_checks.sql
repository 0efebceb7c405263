-- Fires the triggers of the application that an update of a table's masks has queued for the end of the transaction: each would
-- undo everything there. Only those of this table are named, since SET CONSTRAINTS outlives this function: what else the caller
-- deferred stays deferred.
CREATE FUNCTION sminion.ask_checks(target sminion.protected_table) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  names text := (
    SELECT string_agg(DISTINCT format('%I.%I', n.nspname, c.conname), ', ')
    FROM pg_trigger t JOIN pg_constraint c ON c.oid = t.tgconstraint JOIN pg_namespace n ON n.oid = c.connamespace
    WHERE t.tgdeferrable AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgtype & 16 <> 0
      AND t.tgrelid IN (SELECT to_regclass(format('%I.%I', target.schema_name, target.table_name))
                        UNION SELECT f.relid FROM pg_partition_tree(format('%I.%I', target.schema_name, target.table_name)) f));
BEGIN
  IF names IS NOT NULL THEN
    EXECUTE format('SET CONSTRAINTS %s IMMEDIATE', names);
  END IF;
END
$sminion$;
