-- The query of a depersonalized view that counts the people of each group, over rows whose groups have been measured. A total tells, with the groups
-- that are shown, how many people there are in those that are not. So it is shown only where nobody is hidden, or as many as make a group: both of
-- all who are in a hidden group, and of those who are in no other.
CREATE FUNCTION sminion.counting_query(definition jsonb, shown text[], people integer, measured text) RETURNS text
LANGUAGE sql
IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $sminion$
  WITH said AS (
    SELECT definition ->> 'k' AS k, quote_ident(definition ->> 'count') AS counted, quote_ident(definition ->> 'total') AS total,
      (SELECT string_agg(format('nullif(count(DISTINCT guard_person_%s), 0)', n), ', ') FROM generate_series(1, people) n) AS persons
  ), listed AS (
    SELECT string_agg(c.name, ', ' ORDER BY c.name COLLATE "C") AS names
    FROM said s, unnest(shown || ARRAY[s.counted] || array_remove(ARRAY[s.total], NULL)) c (name)
  )
  SELECT format('SELECT %s FROM (', l.names)
    || format('SELECT %s FROM (%s) g WHERE guard_people >= %s',
         concat_ws(', ', nullif(array_to_string(shown, ', '), ''), format('least(%s) AS %s', s.persons, s.counted), 'false AS ' || s.total),
         measured, s.k)
    || coalesce(' GROUP BY ' || nullif(array_to_string(shown, ', '), ''), format(' HAVING least(%s) >= %s', s.persons, s.k))
    || CASE WHEN s.total IS NULL THEN '' ELSE
         format(' UNION ALL SELECT %s FROM (%s) g HAVING count(DISTINCT guard_person_1) >= %s',
           concat_ws(', ', nullif(array_to_string(array_fill('NULL'::text, ARRAY[cardinality(shown)]), ', '), ''),
                     'count(DISTINCT guard_person_1)', 'true'),
           measured, s.k)
         || (SELECT string_agg(format(' AND (%s = 0 OR %1$s >= %s)', h.hidden, s.k), '') FROM (VALUES
           (format('count(DISTINCT guard_person_1) FILTER (WHERE (guard_people >= %s) IS NOT TRUE)', s.k)),
           (format('(count(DISTINCT guard_person_1) - count(DISTINCT guard_person_1) FILTER (WHERE guard_people >= %s))', s.k))) AS h (hidden))
       END
    || format(') u ORDER BY %s', l.names)
  FROM said s, listed l
$sminion$;
COMMENT ON FUNCTION sminion.counting_query(jsonb, text[], integer, text) IS 'the query of a depersonalized view that counts';
