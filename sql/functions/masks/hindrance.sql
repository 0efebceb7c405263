-- Why rows of a table stay stale although they were touched and no error was raised, as far as can be told: somebody has
-- them locked, or a BEFORE trigger of the application skips the update.
CREATE FUNCTION sminion.hindrance(target sminion.protected_table, stale text, subjects text[]) RETURNS text
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  free  bigint;
  every bigint;
  names text;
BEGIN
  EXECUTE format('SELECT count(*) FROM %I.%I AS t WHERE %s', target.schema_name, target.table_name, stale)
  INTO every USING subjects;
  EXECUTE format('SELECT count(*) FROM (SELECT FROM %I.%I AS t WHERE %s FOR NO KEY UPDATE OF t SKIP LOCKED) q',
                 target.schema_name, target.table_name, stale)
  INTO free USING subjects;
  IF free < every THEN
    RETURN 'locked: rows, by ' || sminion.table_holders(format('%I.%I', target.schema_name, target.table_name));
  END IF;
  SELECT string_agg(DISTINCT t.tgname, '`, `' ORDER BY t.tgname) INTO names
  FROM pg_trigger t
  WHERE t.tgrelid IN (SELECT to_regclass(format('%I.%I', target.schema_name, target.table_name))
                      UNION SELECT f.relid FROM pg_partition_tree(format('%I.%I', target.schema_name, target.table_name)) f)
    AND NOT t.tgisinternal AND t.tgname !~ '^~guard_' AND t.tgenabled <> 'D'
    -- row, BEFORE, UPDATE
    AND t.tgtype & 1 <> 0 AND t.tgtype & 2 <> 0 AND t.tgtype & 16 <> 0;
  RETURN CASE WHEN names IS NULL THEN 'an update does not change them'
    ELSE format('an update does not reach them: trigger `%s` may skip it', names) END;
END
$sminion$;
