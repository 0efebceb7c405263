-- The table of the policy with data of people that a relation is, or is a partition of. Refuses every other one.
CREATE FUNCTION sminion.table_of_rows(relation regclass) RETURNS sminion.protected_table
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  target sminion.protected_table;
BEGIN
  SELECT t.* INTO target FROM sminion.protected_table t
  JOIN pg_namespace n ON n.nspname = t.schema_name
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.table_name
  WHERE c.oid = table_of_rows.relation
    OR c.oid IN (SELECT a.relid FROM pg_partition_ancestors(table_of_rows.relation) a);
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = 'SG732',
      MESSAGE = format('`%s` is no table with data of people', coalesce(table_of_rows.relation::text, 'NULL')),
      DETAIL = 'The policy in force lists no table with a subject that it is, or is a partition of.',
      HINT = 'Pass `tableoid` of rows of a table of the policy.';
  END IF;
  RETURN target;
END
$sminion$;
