-- Touches rows of a child table that have no subject although their parent has one by now: the child was written first, as a
-- load may, or with deferred foreign keys. Returns how many. A row that refuses stays without, and nobody sees it.
CREATE FUNCTION sminion.adopt_orphans(target sminion.protected_table, row_limit bigint) RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  adopted bigint;
  before  text;
BEGIN
  before := sminion.begin_replica_role();
  EXECUTE format(
    'WITH todo AS (SELECT t.tableoid, t.ctid FROM %1$I.%2$I AS t WHERE t.guard_subject IS NULL AND EXISTS '
    || '(SELECT FROM %3$I.%4$I p WHERE p.%5$I = t.%6$I AND p.%7$I IS NOT NULL) '
    || 'LIMIT $1 FOR NO KEY UPDATE OF t SKIP LOCKED) '
    || 'UPDATE %1$I.%2$I AS t SET guard_mask = CASE WHEN t.guard_mask IS NULL THEN 0 END FROM todo '
    || 'WHERE t.ctid = todo.ctid AND t.tableoid = todo.tableoid',
    target.schema_name, target.table_name, target.parent_schema, target.parent_table, target.parent_key,
    target.child_column, target.parent_subject)
  USING row_limit;
  GET DIAGNOSTICS adopted = ROW_COUNT;
  PERFORM sminion.end_replica_role(before);
  PERFORM sminion.ask_checks(target);
  RETURN adopted;
EXCEPTION
WHEN lock_not_available THEN
  RETURN 0;
WHEN OTHERS THEN
  RAISE WARNING USING ERRCODE = 'SG512',
    MESSAGE = format('rows of `%s.%s` found their parent and cannot be updated', target.schema_name, target.table_name),
    DETAIL = format('%s (%s)', SQLERRM, SQLSTATE),
    HINT = 'Nobody sees them. Let the guard update `guard_mask` of these rows.';
  RETURN 0;
END
$sminion$;
