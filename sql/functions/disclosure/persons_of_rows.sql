-- Whose data stand in rows of a protected table: for each row, by its place, every person that it is about. No row for what is about nobody,
-- or is not there in the snapshot of the transaction; an empty subject where the row leads to a person that cannot be found.
--
-- relation: the table, or a partition of it: what `tableoid` of the rows says.
CREATE FUNCTION sminion.persons_of_rows(relation regclass, rows tid[], OUT place tid, OUT subject text) RETURNS SETOF record
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
-- For thousands of places the planner would read the whole table, in each call.
SET enable_seqscan = off
AS $sminion$
#variable_conflict use_column
DECLARE
  target sminion.protected_table := sminion.table_of_rows(persons_of_rows.relation);
BEGIN
  -- By the table itself: the guard holds nothing on partitions. There each partition counts its blocks from 0, hence tableoid.
  RETURN QUERY EXECUTE format(
    'SELECT DISTINCT t.ctid, s.subject FROM %I.%I AS t CROSS JOIN LATERAL unnest(ARRAY[%s]) AS s (subject) '
    || 'WHERE t.ctid = ANY ($1) AND t.tableoid = $2 AND s.subject IS NOT NULL',
    target.schema_name, target.table_name, array_to_string(sminion.row_persons(target), ', '))
  USING persons_of_rows.rows, persons_of_rows.relation::oid;
END
$sminion$;
