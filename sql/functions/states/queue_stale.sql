-- Queues for `settle` the subjects of rows in a range of blocks that are stale still, but for blocks that come again.
CREATE FUNCTION sminion.queue_stale(target sminion.protected_table, first bigint, beyond bigint, gaps bigint[]) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
BEGIN
  EXECUTE format(
    'INSERT INTO sminion.unsettled (subject) SELECT DISTINCT s.subject '
    || 'FROM %1$I.%2$I AS t, unnest(ARRAY[%3$s]) AS s (subject) '
    || 'WHERE t.ctid >= $1 AND t.ctid < $2 AND (%4$s) AND s.subject IS NOT NULL '
    || 'AND ((t.ctid::text::point)[0])::bigint <> ALL ($3) '
    || 'AND NOT EXISTS (SELECT FROM sminion.unsettled u WHERE u.subject = s.subject)',
    target.schema_name, target.table_name,
    array_to_string(sminion.subject_texts(target), ', '),
    sminion.stale_rows(target))
  USING format('(%s,0)', first)::tid, format('(%s,0)', beyond)::tid, gaps;
END
$sminion$;
