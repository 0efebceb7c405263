-- Whether the groups of an export isolate fewer than `k` people, together with each other and with groups that the recipient has already: the
-- export that has the other group (the latest of them), or NULL.
--
-- Two groups, or three, are put together with a sign each: what is left must be nobody, or `k` people at least. New groups have `k` people or more,
-- so where all signs are the same enough are left. So one group, the whole, has another sign than one or two others, its parts, and each part has
-- fewer than `k` people who are not in the whole. Such pairs are looked for first: among the people of a part with the lowest marks, then by buckets,
-- then by all of its people. Two groups of the same people can differ by rows: an order of somebody who has others.
CREATE FUNCTION sminion.isolated_by(disclosure bigint, recipient text, k integer) RETURNS bigint
LANGUAGE plpgsql
STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
SET work_mem = '64MB'
-- Nobody can estimate how often people meet, and a nested loop over all of them would not end.
SET enable_nestloop = off
AS $sminion$
#variable_conflict use_column
DECLARE
  found record;
  other bigint;
BEGIN
  -- Groups of the same people by other rows of a table: whose rows they do not share must be many.
  SELECT max(o.disclosure) INTO other FROM sminion.sent_group f
  JOIN sminion.sent_group o ON o.digest = f.digest AND o.source = f.source
  JOIN sminion.disclosure d ON d.id = o.disclosure
  LEFT JOIN sminion.transfer_end e ON e.disclosure = o.disclosure
  WHERE f.disclosure = isolated_by.disclosure AND d.recipient = isolated_by.recipient AND o.counts <> f.counts
    AND (o.disclosure = isolated_by.disclosure
      OR (e.state = 'finished' AND e.at > clock_timestamp() - sminion.groups_remembered_for()))
    AND (SELECT count(*) FROM unnest(f.counts, o.counts) AS u (one, two) WHERE u.one <> u.two) < isolated_by.k;
  IF other IS NOT NULL THEN
    RETURN other;
  END IF;
  FOR found IN
  WITH known AS MATERIALIZED (
    -- Groups of the same people are one: the one that the recipient has already, where it has one.
    SELECT row_number() OVER () AS id, u.* FROM (
      SELECT DISTINCT ON (g.digest) g.disclosure, g.number, g.size, g.buckets AS b, g.disclosure = isolated_by.disclosure AS fresh
      FROM sminion.sent_group g JOIN sminion.disclosure d ON d.id = g.disclosure
      LEFT JOIN sminion.transfer_end e ON e.disclosure = g.disclosure
      WHERE d.recipient = isolated_by.recipient AND g.size > 0
        AND (g.disclosure = isolated_by.disclosure
          OR (e.state = 'finished' AND e.at > clock_timestamp() - sminion.groups_remembered_for()))
      ORDER BY g.digest, g.disclosure = isolated_by.disclosure, g.disclosure DESC) u
  ), member AS MATERIALIZED (
    SELECT n.id, n.fresh, p.person, p.place <= 3 * isolated_by.k AS low
    FROM known n JOIN sminion.sent_group g ON (g.disclosure, g.number) = (n.disclosure, n.number)
    CROSS JOIN LATERAL unnest(g.persons) WITH ORDINALITY AS p (person, place)
  ), met AS (
    SELECT m.whole, m.part, count(*) AS many FROM (
      SELECT z.id AS whole, s.id AS part FROM member z JOIN member s ON s.person = z.person WHERE z.fresh AND s.low
      UNION ALL
      SELECT z.id, s.id FROM member z JOIN member s ON s.person = z.person WHERE NOT z.fresh AND s.fresh AND s.low) m
    WHERE m.whole <> m.part
    GROUP BY m.whole, m.part
    UNION ALL
    -- From before `k` was raised: too few to be outside of anything.
    SELECT z.id, s.id, s.size FROM known z CROSS JOIN known s WHERE z.fresh AND s.size < isolated_by.k
  ), met_often AS MATERIALIZED (
    SELECT z.id AS whole, s.id AS part FROM met m JOIN known z ON z.id = m.whole JOIN known s ON s.id = m.part
    WHERE m.many > least(3 * isolated_by.k, s.size) - isolated_by.k
      AND
      greatest(s.b[1] - z.b[1], 0) + greatest(s.b[2] - z.b[2], 0) + greatest(s.b[3] - z.b[3], 0) + greatest(s.b[4] - z.b[4], 0)
      + greatest(s.b[5] - z.b[5], 0) + greatest(s.b[6] - z.b[6], 0) + greatest(s.b[7] - z.b[7], 0) + greatest(s.b[8] - z.b[8], 0)
      + greatest(s.b[9] - z.b[9], 0) + greatest(s.b[10] - z.b[10], 0) + greatest(s.b[11] - z.b[11], 0) + greatest(s.b[12] - z.b[12], 0)
      + greatest(s.b[13] - z.b[13], 0) + greatest(s.b[14] - z.b[14], 0) + greatest(s.b[15] - z.b[15], 0) + greatest(s.b[16] - z.b[16], 0)
      < isolated_by.k
    GROUP BY z.id, s.id
  ), inside AS MATERIALIZED (
    SELECT m.id, m.person FROM member m WHERE m.id IN (SELECT o.whole FROM met_often o)
  ), near AS MATERIALIZED (
    SELECT o.whole, o.part, count(*) FILTER (WHERE i.person IS NULL) AS outside
    FROM met_often o JOIN member s ON s.id = o.part
    LEFT JOIN inside i ON i.id = o.whole AND i.person = s.person
    GROUP BY o.whole, o.part
    HAVING count(*) FILTER (WHERE i.person IS NULL) < isolated_by.k
  ), three AS (
    SELECT n.whole, n.part, o.part AS other FROM near n JOIN near o ON o.whole = n.whole AND o.part > n.part
    UNION ALL
    -- A whole and a part that the recipient has, and another part that is new.
    SELECT n.whole, n.part, y.id
    FROM near n JOIN known z ON z.id = n.whole JOIN known x ON x.id = n.part
    CROSS JOIN (VALUES (-1), (0), (1)) AS w (step)
    JOIN known y ON y.size / (2 * isolated_by.k) = greatest(z.size - x.size, 0) / (2 * isolated_by.k) + w.step
    WHERE NOT z.fresh AND NOT y.fresh AND y.id <> n.whole
  )
  SELECT z.disclosure AS one, s.disclosure AS other, NULL::bigint AS third, NULL::bigint AS alone,
         NULL::bigint AS zn, NULL::bigint AS xn, NULL::bigint AS yn
  FROM near n JOIN known z ON z.id = n.whole JOIN known s ON s.id = n.part
  WHERE z.size - s.size + 2 * n.outside < isolated_by.k
  UNION ALL
  SELECT z.disclosure, x.disclosure, y.disclosure, 0, z.number, x.number, y.number
  FROM three t JOIN known z ON z.id = t.whole JOIN known x ON x.id = t.part JOIN known y ON y.id = t.other
  -- What is left has the sums -2 to 1, so the sizes differ by less than twice `k`, and so do all buckets together.
  WHERE abs(z.size - x.size - y.size) < 2 * isolated_by.k - 1
    AND
      abs(z.b[1] - x.b[1] - y.b[1]) + abs(z.b[2] - x.b[2] - y.b[2]) + abs(z.b[3] - x.b[3] - y.b[3]) + abs(z.b[4] - x.b[4] - y.b[4])
      + abs(z.b[5] - x.b[5] - y.b[5]) + abs(z.b[6] - x.b[6] - y.b[6]) + abs(z.b[7] - x.b[7] - y.b[7]) + abs(z.b[8] - x.b[8] - y.b[8])
      + abs(z.b[9] - x.b[9] - y.b[9]) + abs(z.b[10] - x.b[10] - y.b[10]) + abs(z.b[11] - x.b[11] - y.b[11])
      + abs(z.b[12] - x.b[12] - y.b[12]) + abs(z.b[13] - x.b[13] - y.b[13]) + abs(z.b[14] - x.b[14] - y.b[14])
      + abs(z.b[15] - x.b[15] - y.b[15]) + abs(z.b[16] - x.b[16] - y.b[16])
      < 2 * isolated_by.k - 1
  LOOP
    IF found.alone IS NOT NULL THEN
      SELECT sminion.group_support(z.persons, x.persons, y.persons) INTO found.alone
      FROM sminion.sent_group z, sminion.sent_group x, sminion.sent_group y
      WHERE (z.disclosure, z.number) = (found.one, found.zn) AND (x.disclosure, x.number) = (found.other, found.xn)
        AND (y.disclosure, y.number) = (found.third, found.yn);
      CONTINUE WHEN found.alone NOT BETWEEN 1 AND isolated_by.k - 1;
    END IF;
    -- The one of them that is not this export, where there is one.
    RETURN coalesce(
      (SELECT max(d) FROM unnest(ARRAY[found.one, found.other, found.third]) d WHERE d <> isolated_by.disclosure), isolated_by.disclosure);
  END LOOP;
  RETURN NULL;
END
$sminion$;
