-- The SELECT of the names of the columns that a statement wrote, over the transition tables `old_rows` and `new_rows` of a
-- trigger of `target`: SQL text, from the columns that the table has now.
--
-- INSERT:     columns that got a value in some row.
-- UPDATE:     columns whose value changed in some row. The n-th old row is the n-th new one: the server puts both into
--             their tables in one step. So no key is needed, and a changed key is a change like any other. A FULL JOIN
--             can be no nested loop, which a plan made for one row would else be for 100,000.
-- UPDATE ONE: the same for one row.
--
-- Values are compared as they are stored, which every type can be: json has no operator `=`, a user's type may have
-- one that lies, and a collation may call different texts equal.
-- The EXISTS is never run. It makes a kept plan fail (42601) once the table has more columns than are named here; one that
-- is gone fails by its name (42703). Then the trigger asks for this text again.
CREATE FUNCTION sminion.write_query(target regclass, command text) RETURNS text
LANGUAGE sql
STABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH live AS (
    SELECT a.attnum, format('%I', a.attname) AS name, format('c%s', a.attnum) AS alias,
           quote_literal(sminion.log_text(a.attname, 200)) AS label, a.attname NOT IN ('guard_mask', 'guard_subject') AS data,
           -- A join holds 1664 columns at most, and a table up to 1600 on each side of it.
           row_number() OVER (ORDER BY a.attnum) / 800 AS slice
    FROM pg_attribute a
    WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped
  ),
  part AS (
    SELECT slice,
           string_agg(format('CASE WHEN count(n.%s) > 0 THEN %s END', name, label), ', ' ORDER BY attnum) AS filled,
           string_agg(format('CASE WHEN bool_or(record_image_ne(ROW(o.%1$s), ROW(n.%1$s))) THEN %2$s END', alias, label),
             ', ' ORDER BY attnum) AS changed,
           string_agg(format('CASE WHEN record_image_ne(ROW(o.%1$s), ROW(n.%1$s)) THEN %2$s END', name, label),
             ', ' ORDER BY attnum) AS changed_one,
           string_agg(format('r.%s AS %s', name, alias), ', ' ORDER BY attnum) AS aliased,
           (SELECT 'true OR EXISTS (SELECT r.* FROM new_rows r UNION ALL SELECT ' || string_agg('NULL', ', ') || ')' FROM live)
             AS whole
    FROM live
    WHERE data
    GROUP BY slice
  )
  SELECT 'SELECT ' || string_agg(format('array_remove((%s), NULL)', CASE command
    WHEN 'INSERT' THEN format(
      'SELECT ARRAY[%s]::text[] FROM new_rows n WHERE %s', filled, whole)
    WHEN 'UPDATE ONE' THEN format(
      'SELECT ARRAY[%s]::text[] FROM old_rows o LEFT JOIN new_rows n ON true WHERE %s', changed_one, whole)
    WHEN 'UPDATE' THEN format(
      'SELECT ARRAY[%1$s]::text[] FROM (SELECT row_number() OVER () AS place, %2$s FROM old_rows r) o '
      || 'FULL JOIN (SELECT row_number() OVER () AS place, %2$s FROM new_rows r) n ON n.place = o.place WHERE %3$s',
      changed, aliased, whole)
    END), ' || ' ORDER BY slice)
  FROM part
$sminion$;
