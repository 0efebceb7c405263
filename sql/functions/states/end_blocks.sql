-- Ends blocks whose time is over, `most` at most: records `unblock`. Returns how many it dealt with. A step of sminion.maintain, so a block
-- ends at the next call of maintain after its end: never too early.
--
-- Another block that an officer made since, without an end or with a later one, holds on; so does an open request. A state that somebody else
-- locks, or that has a change pending, is left for the next call, and keeps no other from ending.
CREATE FUNCTION sminion.end_blocks(most integer) RETURNS integer
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  numbers bigint[];
  part    record;
BEGIN
  numbers := ARRAY(
    SELECT n.event FROM sminion.block_end n JOIN sminion.subject_state s ON s.subject = n.subject
    WHERE n.until <= clock_timestamp() AND NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.subject = n.subject)
      AND NOT EXISTS (
        SELECT FROM sminion.request r
        WHERE r.subject = ANY (sminion.same_person(n.subject)) AND r.interim AND r.closed_at IS NULL
          AND CASE WHEN n.schemas IS NULL THEN r.schemas IS NULL ELSE r.schemas && n.schemas END)
    ORDER BY n.until LIMIT most FOR UPDATE OF n, s SKIP LOCKED);
  IF numbers = '{}' THEN
    RETURN 0;
  END IF;
  -- States are held, so no other one is waited for: see lock_person.
  PERFORM set_config('sminion.waited', 'yes', true);
  -- Again, with what is committed now: a change may have become pending before the lock was taken.
  numbers := ARRAY(
    SELECT n.event FROM sminion.block_end n
    WHERE n.event = ANY (numbers) AND NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.subject = n.subject));
  FOR part IN
    SELECT k.kind, k.key, n.schemas IS NULL AS whole, array_agg(DISTINCT d.name) AS names
    FROM sminion.block_end n
    JOIN sminion.subject_state s ON s.subject = n.subject
    CROSS JOIN LATERAL sminion.kind_of_subject(n.subject) k
    -- Each schema by itself; the whole subject is the name NULL.
    CROSS JOIN LATERAL unnest(coalesce(n.schemas, ARRAY[NULL::text])) AS d (name)
    WHERE n.event = ANY (numbers) AND CASE WHEN n.schemas IS NULL THEN s.blocked ELSE d.name = ANY (s.blocked_schemas) END
      AND NOT EXISTS (
        SELECT FROM sminion.subject_event e
        WHERE e.subject = n.subject AND e.id <> n.event
          AND CASE WHEN n.schemas IS NULL THEN e.schemas IS NULL ELSE d.name = ANY (e.schemas) END
          AND (
            -- what it blocked was ended, and is blocked for another reason
            e.event = 'unblock' AND e.id > n.event
            OR e.event = 'block' AND e.request IS NULL AND (e.until IS NULL OR e.until > clock_timestamp())
              AND NOT EXISTS (
                SELECT FROM sminion.subject_event u
                WHERE u.subject = e.subject AND u.event = 'unblock' AND u.id > e.id
                  AND CASE WHEN n.schemas IS NULL THEN u.schemas IS NULL ELSE d.name = ANY (u.schemas) END)))
    GROUP BY k.kind, k.key, n.schemas IS NULL
  LOOP
    PERFORM sminion.change_state(
      part.key, 'unblock', NULL, 'the block has ended', 'sminion.maintain', part.kind, single => true,
      schemas => CASE WHEN part.whole THEN NULL ELSE part.names END);
  END LOOP;
  DELETE FROM sminion.block_end n WHERE n.event = ANY (numbers);
  RETURN cardinality(numbers);
END
$sminion$;
