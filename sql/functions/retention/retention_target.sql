-- The table of a rule as the functions of masks and destruction take it. One whose rows are about nobody has no subject columns.
CREATE FUNCTION sminion.retention_target(own sminion.retention_rule) RETURNS sminion.protected_table
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  target sminion.protected_table;
BEGIN
  SELECT p.* INTO target FROM sminion.protected_table p WHERE (p.schema_name, p.table_name) = (own.schema_name, own.table_name);
  IF NOT FOUND THEN
    RETURN sminion.table_alone(own.schema_name, own.table_name);
  END IF;
  RETURN target;
END
$sminion$;
