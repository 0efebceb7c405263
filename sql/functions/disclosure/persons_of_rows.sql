-- Whose data stand in rows of a protected table: for each row, by its place, every person that it is about. No row for what is about nobody,
-- or is not there in the snapshot of the transaction; an empty subject where the row leads to a person that cannot be found.
--
-- relation: the table, or a partition of it: what `tableoid` of the rows says.
CREATE FUNCTION sminion.persons_of_rows(relation regclass, rows tid[], OUT place tid, OUT subject text) RETURNS SETOF record
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
#variable_conflict use_column
DECLARE
  target sminion.protected_table;
BEGIN
  SELECT t.* INTO target FROM sminion.protected_table t
  JOIN pg_namespace n ON n.nspname = t.schema_name
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.table_name
  WHERE c.oid = persons_of_rows.relation
    OR c.oid IN (SELECT a.relid FROM pg_partition_ancestors(persons_of_rows.relation) a);
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG732',
      MESSAGE = format('`%s` is no table with data of people', coalesce(persons_of_rows.relation::text, 'NULL')),
      DETAIL = 'The policy in force lists no table with a subject that it is, or is a partition of.',
      HINT = 'Pass `tableoid` of rows of a table of the policy.';
  END IF;
  -- By the table itself: the guard holds nothing on partitions. There each partition counts its blocks from 0, hence tableoid.
  RETURN QUERY EXECUTE format(
    'SELECT DISTINCT t.ctid, s.subject FROM %I.%I AS t CROSS JOIN LATERAL unnest(ARRAY[%s]) AS s (subject) '
    || 'WHERE t.ctid = ANY ($1) AND t.tableoid = $2 AND s.subject IS NOT NULL',
    target.schema_name, target.table_name, array_to_string(sminion.row_persons(target), ', '))
  USING persons_of_rows.rows, persons_of_rows.relation::oid;
END
$sminion$;
