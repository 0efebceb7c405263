-- Locks a table and its partitions as an UPDATE does, or raises when that takes longer than lock_timeout. By planning such
-- an UPDATE: LOCK TABLE wants a privilege on all columns, and an UPDATE of no row would fire the application's triggers.
CREATE FUNCTION sminion.lock_for_update(target sminion.protected_table) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  EXECUTE format('EXPLAIN UPDATE %I.%I AS t SET guard_mask = t.guard_mask WHERE t.ctid = %L',
                 target.schema_name, target.table_name, '(0,1)');
END
$sminion$;
