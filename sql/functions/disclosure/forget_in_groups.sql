-- Puts a random number in the place of a person in the groups that are remembered, the same one in all groups of a recipient: nobody can find the
-- person again, and the groups still differ by as many people as they did. Without it, whoever is erased would be isolated by the next export.
-- A group that an export names again at this moment is left out, and nobody waits for the export: maintenance comes again, see
-- sminion.forget_groups.
CREATE FUNCTION sminion.forget_in_groups(subject text) RETURNS void
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
#variable_conflict use_column
DECLARE
  one     record;
  instead bigint;
BEGIN
  FOR one IN SELECT s.recipient, sminion.group_mark(s.salt, forget_in_groups.subject) AS mark FROM sminion.group_salt s LOOP
    -- The last four bits stay, and with them the buckets.
    instead := (('x' || encode(substr(sha256(uuid_send(gen_random_uuid())), 1, 8), 'hex'))::bit(64)::bigint & ~15::bigint) | (one.mark & 15);
    UPDATE sminion.sent_group g SET persons = n.persons, counts = n.counts, digest = sminion.group_digest(n.persons)
    FROM (
      SELECT o.* FROM sminion.sent_group o
      WHERE o.persons @> ARRAY[one.mark] AND o.disclosure IN (SELECT d.id FROM sminion.disclosure d WHERE d.recipient = one.recipient)
      FOR NO KEY UPDATE SKIP LOCKED) o
    CROSS JOIN LATERAL (
      SELECT array_agg(u.p ORDER BY u.p), array_agg(u.c ORDER BY u.p)
      FROM unnest(array_replace(o.persons, one.mark, instead), o.counts) AS u (p, c)) AS n (persons, counts)
    WHERE (g.disclosure, g.number) = (o.disclosure, o.number);
  END LOOP;
END
$sminion$;
