-- Ends consents whose time is over, `most` at most: records `expire_consent`, and hides the rows from the purpose. Returns how many it
-- dealt with. A step of sminion.maintain, so a consent ends at the next call of maintain after its end, and not at the moment itself.
--
-- Under the lock of the state, and only if the consent still stands: what the person decided meanwhile counts. A state that somebody
-- else locks, or that has a change pending, is left for the next call, and keeps no other from ending.
CREATE FUNCTION sminion.expire_consents(most integer) RETURNS integer
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  numbers bigint[];
  part    record;
BEGIN
  numbers := ARRAY(
    SELECT n.event FROM sminion.consent_end n JOIN sminion.subject_state s ON s.subject = n.subject
    WHERE n.until <= clock_timestamp() AND NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.subject = n.subject)
    ORDER BY n.until LIMIT most FOR UPDATE OF n, s SKIP LOCKED);
  IF numbers = '{}' THEN
    RETURN 0;
  END IF;
  -- Again, with what is committed now: a change may have become pending before the lock was taken.
  numbers := ARRAY(
    SELECT n.event FROM sminion.consent_end n
    WHERE n.event = ANY (numbers)
      AND NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.subject = n.subject));
  FOR part IN
    SELECT n.purpose, k.kind, array_agg(k.key) AS keys
    FROM sminion.consent_end n
    JOIN sminion.purpose w ON w.name = n.purpose AND w.retired_at IS NULL AND w.basis = 'consent'
    JOIN sminion.subject_state s ON s.subject = n.subject AND s.consents & (1::bigint << w.bit) <> 0
    CROSS JOIN LATERAL sminion.kind_of_subject(n.subject) k
    CROSS JOIN LATERAL (SELECT (sminion.standing_decision(n.subject, n.purpose)).id) d
    -- Of who was erased from the log no decision is left: the consent ends all the same.
    WHERE n.event = ANY (numbers) AND coalesce(d.id, n.event) = n.event
    GROUP BY n.purpose, k.kind
  LOOP
    PERFORM sminion.change_states(part.keys, 'expire_consent', part.purpose, 'the consent has ended', 'sminion.maintain', part.kind);
  END LOOP;
  DELETE FROM sminion.consent_end n WHERE n.event = ANY (numbers);
  RETURN cardinality(numbers);
END
$sminion$;
