-- Expired rows of a table that still stand, and how many of them stay for a reason: `kept`, of people who are blocked or whose data are held, and
-- `used`, that others lead to. And the first moment in the column, of a row that has expired and of one that has not. At most 100,000 rows are looked
-- at for `kept` and `used`.
CREATE FUNCTION sminion.expired_left(
  own sminion.retention_rule, target sminion.protected_table, OUT expired bigint, OUT kept bigint, OUT used bigint, OUT oldest timestamptz,
  OUT next timestamptz
)
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
DECLARE
  relation CONSTANT text := format('%I.%I', target.schema_name, target.table_name);
  past     CONSTANT text := sminion.expired_rows(own);
  -- At the ends of time neither zone nor interval can be added.
  about    CONSTANT text := format(
    'CASE WHEN min(t.%1$I) IS NOT NULL THEN least(greatest(min(t.%1$I), ''0001-01-02''), ''200000-01-01'') END AS about', own.after_column);
  -- The moment in the zone of the rule, whatever the type of the column.
  ends     CONSTANT text := format('timezone(%L, sminion.retention_end(%s, %L::interval))', own.zone,
    CASE WHEN EXISTS (
      SELECT FROM pg_attribute a WHERE a.attrelid = to_regclass(relation) AND a.attname = own.after_column AND a.atttypid = 'timestamptz'::regtype)
    THEN format('timezone(%L, q.about)', own.zone) ELSE 'q.about::timestamp' END, own.keep);
BEGIN
  EXECUTE format('SELECT q.expired, %s FROM (SELECT count(*) AS expired, %s FROM %s AS t WHERE %s) q', ends, about, relation, past)
  INTO expired, oldest;
  EXECUTE format('SELECT %s FROM (SELECT %s FROM %s AS t WHERE NOT %s) q', ends, about, relation, past) INTO next;
  EXECUTE format('SELECT count(*) FILTER (WHERE q.kept), count(*) FILTER (WHERE q.used AND NOT q.kept) FROM ('
                 || 'SELECT (%s) IS TRUE AS kept, (%s) IS TRUE AS used FROM %s AS t WHERE %s LIMIT 100000) q',
                 sminion.kept_rows(target), (sminion.references_to(target, own.way, false)).condition, relation, past)
  INTO kept, used USING sminion.held_people(target);
END
$sminion$;
