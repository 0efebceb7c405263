-- Makes a depersonalized view, as sminion_owner. From inside to outside:
--
-- - the rows that the floor of the reader lets through, each column as its operator leaves it, with the keys of the people of the row;
-- - keys that were declared to be one person count as one; the pseudonym is made, with the secret of this view, and with the name of the recipient that
--   the rows are read for (`apart` has its roles): two recipients who put together what they got join nothing by it. A control character
--   stands between the name and the key, so that no key of a person begins with a name;
-- - where there is a pseudonym, what one person shows in all rows counts together: rows that can be linked look alike only if all of them do;
-- - people and values of sensitive columns are counted in each group. A row about nobody counts for nobody, NULL is a value like others, and it is none
--   that makes a sensitive column various. Of rows about several people each place is counted by itself, and the least number counts;
-- - groups that are too small are left out.
--
-- The order of what comes out is that of what is shown: else it would be that of the keys, by which rows were sorted to count people. The view is a
-- security barrier: no function in a query on it sees a row that it leaves out.
CREATE FUNCTION sminion.make_depersonalized_view(definition jsonb) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  shown    CONSTANT text[] := ARRAY(SELECT quote_ident(c ->> 'name') FROM jsonb_array_elements(definition -> 'columns') c
                                    WHERE c ->> 'operator' NOT IN ('count', 'total') ORDER BY c ->> 'name');
  alike    CONSTANT text[] := ARRAY(SELECT quote_ident(a) FROM jsonb_array_elements_text(definition -> 'alike') a);
  apart    CONSTANT text[] := ARRAY(SELECT quote_ident(a) FROM jsonb_array_elements_text(definition -> 'sensitive') a);
  people   CONSTANT integer := jsonb_array_length(definition -> 'people');
  linked   CONSTANT text := quote_ident(definition ->> 'pseudonym');
  whose    CONSTANT text := (
    SELECT format('CASE current_user %s ELSE '''' END || ', string_agg(format('WHEN %L THEN %L', a.role, a.recipient || chr(31)), ' ' ORDER BY a.role))
    FROM jsonb_each_text(definition -> 'apart') AS a (role, recipient) HAVING count(*) > 0);
  together text;
  query    text;
BEGIN
  SELECT format('SELECT %s FROM %s t WHERE %s', string_agg(v.value, ', ' ORDER BY v.n), definition ->> 'table', definition ->> 'floor') INTO query
  FROM (
    SELECT row_number() OVER (ORDER BY c ->> 'name'), format('%s AS %I', sminion.shown_value(definition, c), c ->> 'name')
    FROM jsonb_array_elements(definition -> 'columns') c WHERE c ->> 'operator' NOT IN ('count', 'total')
    UNION ALL
    SELECT 100000 + p.n, format('((%s) COLLATE "C") AS guard_person_%s', p.key, p.n)
    FROM jsonb_array_elements_text(definition -> 'people') WITH ORDINALITY p (key, n)
  ) AS v (n, value);

  SELECT format('SELECT %s FROM (%s) f %s %s',
      concat_ws(', ', (
        SELECT string_agg(CASE WHEN s = linked
          THEN format('left(encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(%sf.%s, ''UTF8''))), ''hex''), 32) COLLATE "C" AS %2$s',
                      whose, s)
          ELSE 'f.' || s END, ', ') FROM unnest(shown) s),
        string_agg(format('coalesce(m%s.person, f.guard_person_%1$s) AS guard_person_%1$s', n), ', ')),
      query,
      string_agg(format('LEFT JOIN guard_merged m%s ON m%1$s.subject = f.guard_person_%1$s', n), ' '),
      CASE WHEN linked IS NOT NULL THEN
        format('CROSS JOIN sminion.view_key k WHERE k.view = %L AND f.guard_person_1 IS NOT NULL', definition ->> 'view') END)
  INTO query FROM generate_series(1, people) n;

  together := array_to_string(alike, ', ');
  IF linked IS NOT NULL THEN
    query := format('SELECT s.*, string_agg(jsonb_build_array(%s)::text, '','') OVER (PARTITION BY guard_person_1 '
      'ORDER BY jsonb_build_array(%1$s)::text COLLATE "C" ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) COLLATE "C" AS guard_alike '
      'FROM (%s) s', together, query);
    together := 'guard_alike';
  END IF;
  together := coalesce('PARTITION BY ' || nullif(together, ''), '');
  SELECT format('SELECT c.*, %s FROM (%s) c', string_agg(w.rank, ', '), query) INTO query
  FROM (
    SELECT format('dense_rank() OVER (%s ORDER BY guard_person_%s NULLS LAST) AS guard_rank_%2$s', together, n) FROM generate_series(1, people) n
    UNION ALL
    SELECT format('dense_rank() OVER (%s ORDER BY %s NULLS LAST) AS guard_value_%s', together, a.name, a.n) FROM unnest(apart) WITH ORDINALITY a (name, n)
  ) AS w (rank);
  SELECT format('SELECT w.*, least(%s) AS guard_people, %s AS guard_values FROM (%s) w',
    (SELECT string_agg(format('max(CASE WHEN guard_person_%s IS NOT NULL THEN guard_rank_%1$s END) OVER (%s)', n, together), ', ')
     FROM generate_series(1, people) n),
    coalesce('least(' || (
      SELECT string_agg(format('coalesce(max(CASE WHEN %s IS NOT NULL THEN guard_value_%s END) OVER (%s), 0)', a.name, a.n, together), ', ')
      FROM unnest(apart) WITH ORDINALITY a (name, n)) || ')', '0'),
    query) INTO query;

  query := CASE WHEN definition ->> 'count' IS NULL
    THEN format('SELECT %s FROM (%s) g WHERE guard_people >= %s AND guard_values >= %s ORDER BY %1$s',
                array_to_string(shown, ', '), query, definition ->> 'k', definition ->> 'l')
    ELSE sminion.counting_query(definition, shown, people, query) END;
  EXECUTE format(
    'CREATE VIEW %s WITH (security_barrier = true) AS '
    'WITH RECURSIVE guard_pair (one, other) AS ('
    '  SELECT m.one, m.other FROM sminion.subject_merge m WHERE m.ended_at IS NULL'
    '  UNION ALL SELECT m.other, m.one FROM sminion.subject_merge m WHERE m.ended_at IS NULL'
    '), guard_reached (subject, key) AS ('
    '  SELECT p.one, p.one FROM guard_pair p'
    '  UNION SELECT r.subject, p.other FROM guard_reached r JOIN guard_pair p ON p.one = r.key'
    '), guard_merged (subject, person) AS (SELECT r.subject, min(r.key) FROM guard_reached r GROUP BY r.subject) %s',
    definition ->> 'name', query);
  INSERT INTO sminion.view_key (view, inner_pad, outer_pad)
  SELECT definition ->> 'view', p.inner_pad, p.outer_pad FROM sminion.hmac_pads(NULL) p
  ON CONFLICT DO NOTHING;
END
$sminion$;
COMMENT ON FUNCTION sminion.make_depersonalized_view(jsonb) IS 'makes a depersonalized view';
