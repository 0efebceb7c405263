-- Those of the given subjects of which a row of one table does not carry the mask of its subjects' states, and how many
-- such rows each has.
CREATE FUNCTION sminion.stale_subjects(target sminion.protected_table, subjects text[], OUT subject text, OUT stale bigint)
RETURNS SETOF record
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  RETURN QUERY EXECUTE format(
    'SELECT s.subject, count(*) FROM %1$I.%2$I AS t, unnest(ARRAY[%3$s]) AS s (subject) '
    || 'WHERE %4$s AND (%5$s) AND s.subject = ANY ($1) GROUP BY s.subject',
    target.schema_name, target.table_name,
    array_to_string(sminion.subject_texts(target), ', '),
    sminion.subject_rows(target), sminion.stale_rows(target))
  USING subjects;
END
$sminion$;
