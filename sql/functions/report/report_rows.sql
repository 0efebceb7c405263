-- The rows of one table that are about the subject of a report: those of blocked and withheld people too, and those past their
-- retention as long as they exist. `values` are those of the columns that sminion.report_tables shows (`always`, `subject`, `alone`),
-- in its order, printed in the time zone of the policy; those that a shared row leaves out are NULL.
--
-- The only way in which an office gets rows of a protected table: of one subject, which sminion.begin_report has put on record and
-- committed before. Nothing that a caller passes becomes part of a query: the names only choose a row of sminion.protected_table.
--
-- The server keeps the result on disk as soon as it is large; read it with a cursor.
CREATE FUNCTION sminion.report_rows(
  report bigint, schema_name text, table_name text, OUT shared boolean, OUT kept_until text, OUT past boolean, OUT "values" text[]
) RETURNS SETOF record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET datestyle = 'ISO'
SET intervalstyle = 'postgres'
SET bytea_output = 'hex'
SET extra_float_digits = 1
AS $sminion$
DECLARE
  own       sminion.report := sminion.open_report(report_rows.report);
  target    sminion.protected_table;
  hindrance text;
  zone      text;
BEGIN
  SELECT p.* INTO target FROM sminion.protected_table p
  WHERE p.schema_name = report_rows.schema_name AND p.table_name = report_rows.table_name;
  IF target.table_name IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG549',
      MESSAGE = 'there is no such table of people in the policy in force',
      HINT = 'Pass the names of a row of `sminion.report_tables`.';
  END IF;
  hindrance := sminion.report_hindrance(target, sminion.blindness(target));
  IF hindrance IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'SG548',
      MESSAGE = format('the rows of `%s.%s` cannot be read for a report', target.schema_name, target.table_name),
      DETAIL = hindrance,
      HINT = 'Let the DBA run `sminion-guard plan`, and `apply` what it finds.';
  END IF;
  zone := (SELECT v.document ->> 'timezone' FROM sminion.policy_version v WHERE v.epoch = own.epoch);
  PERFORM set_config('timezone', zone, true);
  RETURN QUERY EXECUTE sminion.report_query(target) USING sminion.report_keys(own);
END
$sminion$;
COMMENT ON FUNCTION sminion.report_rows(bigint, text, text) IS
  'the rows of one table about the subject of an access report; read it with a cursor';
