-- The tables that may hold data of a report's subject: all protected tables whose rows have subjects of the kinds of
-- the person's keys, with their columns
-- (see sminion.report_columns). Where the guard cannot be sure to find every row `incomplete` says why; where it is not `readable`,
-- sminion.report_rows refuses.
CREATE FUNCTION sminion.report_tables(
  report bigint, OUT schema_name text, OUT table_name text, OUT columns jsonb, OUT incomplete text,
  OUT readable boolean
) RETURNS SETOF record
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  own       CONSTANT text[] := sminion.report_keys(sminion.open_report(report_tables.report));
  target    sminion.protected_table;
  blind     text;
  hindrance text;
BEGIN
  FOR target IN
    SELECT p.* FROM sminion.protected_table p
    WHERE EXISTS (SELECT FROM unnest(p.prefixes) AS k (prefix), unnest(own) AS o (key) WHERE starts_with(o.key, k.prefix))
    ORDER BY p.schema_name COLLATE "C", p.table_name COLLATE "C"
  LOOP
    schema_name := target.schema_name;
    table_name := target.table_name;
    columns := (
      SELECT jsonb_agg(jsonb_build_object('name', c.name, 'category', c.category, 'type', c.type, 'shown', c.shown))
      FROM sminion.report_columns(target) c);
    blind := sminion.blindness(target);
    hindrance := sminion.report_hindrance(target, blind);
    readable := hindrance IS NULL;
    incomplete := coalesce(hindrance, blind, CASE WHEN target.depth > 0 AND target.next_block IS NOT NULL
      THEN 'the subjects of its rows are still being filled in' END);
    RETURN NEXT;
  END LOOP;
END
$sminion$;
COMMENT ON FUNCTION sminion.report_tables(bigint) IS 'the tables of an access report, with what it shows of each column';
