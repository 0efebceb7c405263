-- Names the people of a group that an export to a recipient with `k` is about, by the places of their rows. Called in the transaction that reads the
-- rows, so the places are those of its snapshot. Several calls with one number name one group. It answers nothing,
-- as sminion.name_rows.
--
-- What the server holds by itself: whom a row is about, and which tables the recipient reaches. What it takes from the client's word: which rows
-- make a group.
CREATE FUNCTION sminion.name_group(disclosure bigint, number bigint, relation oid, places tid[]) RETURNS void
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
#variable_conflict use_column
DECLARE
  target   sminion.protected_table := sminion.naming(name_group.disclosure, name_group.relation::regclass);
  to_whom  text;
  key      bytea;
  subjects text[];
  many     bigint[];
  marks    bigint[];
  counts   integer[];
BEGIN
  SELECT d.recipient INTO to_whom FROM sminion.disclosure d WHERE d.id = name_group.disclosure;
  SELECT s.salt INTO key FROM sminion.group_salt s WHERE s.recipient = to_whom;
  IF NOT FOUND OR name_group.number IS NULL OR coalesce(cardinality(name_group.places), 0) = 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'SG746',
      MESSAGE = format('this is no group for recipient `%s`', to_whom),
      HINT = 'Set `k` of the recipient in the policy, number the groups, and pass some places of rows (`ctid`).';
  END IF;
  SELECT coalesce(array_agg(p.subject), '{}'), coalesce(array_agg(p.many), '{}') INTO subjects, many FROM (
    -- A row that stands in the group several times counts several times: so much more it weighs.
    SELECT r.subject, sum(w.many)::bigint AS many
    FROM (SELECT u.place, count(*) AS many FROM unnest(name_group.places) AS u (place) GROUP BY u.place) w
    JOIN sminion.persons_of_rows(name_group.relation::regclass, (
      SELECT array_agg(DISTINCT u.place) FROM unnest(name_group.places) AS u (place))) r ON r.place = w.place
    GROUP BY r.subject) p;
  IF '' = ANY (subjects) THEN
    RAISE EXCEPTION USING ERRCODE = 'SG724',
      MESSAGE = 'some rows are about people who cannot be named',
      DETAIL = format('Rows of `%s` lead to no row that says whose they are.', name_group.relation::regclass),
      HINT = 'Leave these rows out, or correct where they lead to.';
  END IF;
  SELECT coalesce(array_agg(p.mark ORDER BY p.mark), '{}'), coalesce(array_agg(p.many ORDER BY p.mark), '{}') INTO marks, counts FROM (
    SELECT u.mark, least(sum(u.many), 2147483647)::integer AS many FROM (
      SELECT sminion.group_mark(key, s.subject) AS mark, s.many FROM unnest(subjects, many) AS s (subject, many)
      UNION ALL
      SELECT m.mark, m.many FROM sminion.sent_group g CROSS JOIN LATERAL unnest(g.persons, g.counts) AS m (mark, many)
      WHERE g.disclosure = name_group.disclosure AND g.number = name_group.number) u
    GROUP BY u.mark) p;
  INSERT INTO sminion.sent_group AS g (disclosure, number, source, persons, counts, size, buckets, digest)
  VALUES (name_group.disclosure, name_group.number, target.schema_name || '.' || target.table_name, marks, counts, cardinality(marks),
          sminion.group_buckets(marks), sminion.group_digest(marks))
  ON CONFLICT (disclosure, number) DO UPDATE
    SET source = excluded.source, persons = excluded.persons, counts = excluded.counts, size = excluded.size, buckets = excluded.buckets, digest = excluded.digest;
  INSERT INTO sminion.disclosure_subject (disclosure, subject)
  SELECT name_group.disclosure, s FROM unnest(subjects) s
  -- Who is erased from the log meanwhile is not brought back.
  WHERE NOT EXISTS (SELECT FROM sminion.erasure e WHERE e.holder = 'subject:' || s)
  ON CONFLICT DO NOTHING;
END
$sminion$;
COMMENT ON FUNCTION sminion.name_group(bigint, bigint, oid, tid[]) IS 'names the people of a group in an export, by the places of their rows';
