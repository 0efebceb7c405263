-- Locks the states of the people of rows against changes until the transaction ends: what a later statement reads of them stands.
CREATE FUNCTION sminion.lock_subjects_of(target sminion.protected_table, parts oid[], places tid[]) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
DECLARE
  named CONSTANT text := (
    SELECT string_agg(CASE c.prefix WHEN '' THEN format('t.%I::text', c.name) ELSE format('(%L || t.%I::text)', c.prefix, c.name) END, ', ')
    FROM unnest(target.subject_columns, target.prefixes) AS c (name, prefix));
BEGIN
  EXECUTE format('SELECT FROM sminion.subject_state s WHERE s.subject = ANY (ARRAY('
                 || 'SELECT unnest(ARRAY[%s]) FROM %I.%I AS t JOIN unnest($1, $2) AS o (part, place) ON t.ctid = o.place AND t.tableoid = o.part)) '
                 || 'ORDER BY s.subject FOR SHARE', named, target.schema_name, target.table_name)
  USING parts, places;
END
$sminion$;
