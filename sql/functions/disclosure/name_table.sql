-- Adds everybody of a table to the register, for an export that shows the table and may not read it: a depersonalized view. Like
-- sminion.name_rows otherwise; rows that lead to nobody are shown by no view.
CREATE FUNCTION sminion.name_table(disclosure bigint, "table" regclass) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
#variable_conflict use_column
DECLARE
  target sminion.protected_table := sminion.naming(name_table.disclosure, name_table."table");
BEGIN
  EXECUTE format(
    'INSERT INTO sminion.disclosure_subject (disclosure, subject) '
    || 'SELECT DISTINCT $1, s.subject FROM %I.%I AS t CROSS JOIN LATERAL unnest(ARRAY[%s]) AS s (subject) '
    || 'WHERE s.subject <> %L AND NOT EXISTS (SELECT FROM sminion.erasure e WHERE e.holder = %L || s.subject) ON CONFLICT DO NOTHING',
    target.schema_name, target.table_name, array_to_string(sminion.row_persons(target), ', '), '', 'subject:')
  USING name_table.disclosure;
END
$sminion$;
COMMENT ON FUNCTION sminion.name_table(bigint, regclass) IS 'adds everybody of a table that an export shows in groups to the register';
