-- Stores changes of one subject's state, whose exclusive lock the caller holds: those that were pending and the caller's
-- own, in the order of their numbers; withholds at once what is no longer permitted, stops withholding what is permitted
-- again, and queues the rows for settling. True when the state changed.
--
-- An event that a later one of the same purpose revoked counts no more: two officers may store in another order than
-- history has them, and a block must not be undone by an unblock from before it.
CREATE FUNCTION sminion.apply_changes(key text, own sminion.pending_change) RETURNS boolean
LANGUAGE plpgsql
VOLATILE
SET search_path = pg_catalog, pg_temp
AS $sminion$
DECLARE
  before   sminion.subject_state;
  after    sminion.subject_state;
  change   sminion.pending_change;
  numbers  bigint[] := '{}';
  last     bigint;
  removed  bigint;
  ended    boolean;
  schemas  text[];
BEGIN
  SELECT s.* INTO STRICT before FROM sminion.subject_state s WHERE s.subject = key FOR UPDATE;
  after := before;
  FOR change IN
    SELECT c.* FROM (
      SELECT p.* FROM sminion.pending_change p WHERE p.subject = key
      UNION ALL
      SELECT (own).* WHERE (own).id IS NOT NULL
    ) c
    ORDER BY c.id
  LOOP
    last := change.id;
    numbers := numbers || last;
    CONTINUE WHEN change.event IN ('give_consent', 'refuse_consent', 'withdraw_consent')
      AND sminion.decided_later(change.id, key, change.event, change.purpose);
    -- One that ended before it was stored opens nothing; and only one that has ended can be ended.
    IF change.event IN ('give_consent', 'expire_consent') THEN
      ended := coalesce(CASE change.event
        WHEN 'give_consent' THEN (SELECT e.until <= clock_timestamp() FROM sminion.subject_event e WHERE e.id = change.id)
        ELSE (SELECT d.until <= clock_timestamp() FROM sminion.standing_decision(key, change.purpose) d) END, false);
      CONTINUE WHEN ended = (change.event = 'give_consent');
    END IF;
    -- Given before the policy asked for consents again.
    CONTINUE WHEN change.event = 'give_consent' AND sminion.consents_since(change.bit) > (
      SELECT coalesce(e.given_at, e.at) FROM sminion.subject_event e WHERE e.id = change.id);
    CONTINUE WHEN EXISTS (
      SELECT FROM sminion.subject_event e
      WHERE e.subject = key AND e.id > change.id AND e.purpose IS NOT DISTINCT FROM change.purpose
        AND (change.schemas IS NULL) = (e.schemas IS NULL)
        AND (change.schemas IS NULL OR change.schemas <@ e.schemas)
        AND e.event = CASE change.event
          WHEN 'block' THEN 'unblock' WHEN 'unblock' THEN 'block'
          WHEN 'object' THEN 'withdraw_objection' WHEN 'withdraw_objection' THEN 'object' END);
    -- A request that was opened meanwhile keeps the subject blocked: whoever unblocked did not see it.
    CONTINUE WHEN change.event = 'unblock' AND change.schemas IS NULL AND EXISTS (
      SELECT FROM sminion.request r
      WHERE r.subject = ANY (sminion.same_person(key)) AND r.interim AND r.closed_at IS NULL AND r.schemas IS NULL);
    -- The same for each schema of a limited block.
    IF change.schemas IS NOT NULL THEN
      schemas := ARRAY(
        SELECT n.name FROM unnest(change.schemas) AS n (name)
        WHERE NOT EXISTS (
            SELECT FROM sminion.subject_event e
            WHERE e.subject = key AND e.id > change.id AND n.name = ANY (e.schemas)
              AND e.event = CASE change.event WHEN 'block' THEN 'unblock' ELSE 'block' END)
          AND NOT (change.event = 'unblock' AND EXISTS (
            SELECT FROM sminion.request r
            WHERE r.subject = ANY (sminion.same_person(key)) AND r.interim AND r.closed_at IS NULL AND n.name = ANY (r.schemas))));
      after.blocked_schemas := (
        SELECT array_agg(n.name COLLATE "C" ORDER BY n.name COLLATE "C") FROM (
          SELECT o.name FROM unnest(after.blocked_schemas) AS o (name) WHERE change.event = 'block' OR o.name <> ALL (schemas)
          UNION SELECT m.name FROM unnest(schemas) AS m (name) WHERE change.event = 'block') n);
      CONTINUE;
    END IF;
    CASE change.event
      WHEN 'block'              THEN after.blocked := true;
      WHEN 'unblock'            THEN after.blocked := false;
      WHEN 'give_consent'       THEN after.consents := after.consents | change.bit;
      WHEN 'withdraw_consent'   THEN after.consents := after.consents & ~change.bit;
      WHEN 'refuse_consent'     THEN after.consents := after.consents & ~change.bit;
      WHEN 'expire_consent'     THEN after.consents := after.consents & ~change.bit;
      WHEN 'object'             THEN after.objections := after.objections | change.bit;
      WHEN 'withdraw_objection' THEN after.objections := after.objections & ~change.bit;
      WHEN 'erase'              THEN after.erased := true;
    END CASE;
  END LOOP;
  IF last IS NULL THEN
    RETURN false;
  END IF;
  -- What was withheld for a pending change is what it could have denied at most: exactly that is withheld from here on.
  DELETE FROM sminion.withheld w WHERE w.subject = key AND w.change = ANY (numbers);
  DELETE FROM sminion.pending_change p WHERE p.id = ANY (numbers);
  GET DIAGNOSTICS removed = ROW_COUNT;
  -- Also where nothing changed in the end: rows written meanwhile permit less than they may.
  RETURN sminion.store_state(before, after, last, removed > 0);
END
$sminion$;
