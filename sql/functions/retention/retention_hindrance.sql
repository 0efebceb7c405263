-- Why expired rows of a table cannot be purged at all: rows could be missed, code of the application would run with the rights of the guard,
-- or it would not be seen that others lead to them. NULL where they can.
CREATE FUNCTION sminion.retention_hindrance(own sminion.retention_rule, target sminion.protected_table) RETURNS text
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  relation CONSTANT regclass := to_regclass(format('%I.%I', target.schema_name, target.table_name));
BEGIN
  IF relation IS NULL THEN
    RETURN 'the table does not exist';
  ELSIF sminion.expired_rows(own) IS NULL THEN
    RETURN format('column `%s` is missing, or no date or time', own.after_column);
  ELSIF NOT (has_column_privilege('sminion_owner', relation, own.after_column, 'SELECT') AND has_table_privilege('sminion_owner', relation, 'DELETE'))
  THEN
    RETURN 'sminion_owner lacks privileges on it: run `sminion-guard apply`';
  END IF;
  RETURN sminion.destruction_hindrance(target, own.way, false);
END
$sminion$;
