-- Subjects whose state is not what their history says, for whoever verifies: no row where nobody changed a state past the history, or the
-- history past the state. The history is the proof, since the log's signed tree has its events.
--
-- What other keys of the same person deny follows from the states and the history of those keys.
--
-- A change that waits for a lock is not compared, nor a consent that has ended and that maintenance has not come to yet. Of who was erased
-- from the log no history is left: what the state still says is reported.
CREATE FUNCTION sminion.consent_differences(OUT subject text, OUT what text, OUT in_history text, OUT in_state text) RETURNS SETOF record
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $sminion$
  WITH meant AS (
    -- A decision is about the bit that its purpose had then. Where consents were asked for again, only those given since then count.
    SELECT w.bit, w.name, w.basis, w.since, lead(w.since) OVER (PARTITION BY w.name ORDER BY w.since, w.bit) AS until,
           CASE WHEN w.renews THEN v.applied_at ELSE '-infinity' END AS moment
    FROM sminion.purpose w JOIN sminion.policy_version v ON v.epoch = w.since
  ), decided AS (
    SELECT DISTINCT ON (e.subject, w.bit) e.*, w.bit
    FROM sminion.subject_event e
    JOIN meant w ON w.name = e.purpose AND w.basis = 'consent' AND e.epoch >= w.since AND (w.until IS NULL OR e.epoch < w.until)
      AND coalesce(e.given_at, e.at) >= w.moment
    WHERE e.subject IS NOT NULL AND e.event IN ('give_consent', 'refuse_consent', 'withdraw_consent')
    ORDER BY e.subject, w.bit, coalesce(e.given_at, e.at) DESC, e.id DESC
  ), objected AS (
    SELECT DISTINCT ON (e.subject, e.purpose) e.subject, e.purpose, e.event
    FROM sminion.subject_event e WHERE e.subject IS NOT NULL AND e.event IN ('object', 'withdraw_objection')
    ORDER BY e.subject, e.purpose, e.id DESC
  ), limited AS (
    SELECT l.subject, array_agg(l.name ORDER BY l.name) AS schemas
    FROM (
      SELECT DISTINCT ON (e.subject, n.name) e.subject, n.name COLLATE "C" AS name, e.event
      FROM sminion.subject_event e CROSS JOIN LATERAL unnest(e.schemas) AS n (name)
      WHERE e.subject IS NOT NULL AND e.event IN ('block', 'unblock')
      ORDER BY e.subject, n.name, e.id DESC) l
    WHERE l.event = 'block' OR EXISTS (
      SELECT FROM sminion.request r WHERE r.subject = l.subject AND r.interim AND r.closed_at IS NULL AND l.name = ANY (r.schemas))
    GROUP BY l.subject
  ), blocked AS (
    SELECT DISTINCT ON (e.subject) e.subject, e.event = 'block' AS blocked
    FROM sminion.subject_event e WHERE e.subject IS NOT NULL AND e.event IN ('block', 'unblock') AND e.schemas IS NULL
    ORDER BY e.subject, e.id DESC
  ), said AS (
    SELECT d.subject, d.bit, 'consent' AS basis, false AS blocked,
      CASE WHEN d.event <> 'give_consent' THEN 'no'
        WHEN d.until <= clock_timestamp() THEN
          CASE WHEN EXISTS (
            SELECT FROM sminion.subject_event x
            WHERE x.subject = d.subject AND x.purpose = d.purpose AND x.event = 'expire_consent' AND x.at >= d.until) THEN 'no' ELSE 'either' END
        ELSE 'yes' END AS holds
    FROM decided d
    UNION ALL
    SELECT o.subject, w.bit, 'legitimate_interest', false, CASE o.event WHEN 'object' THEN 'yes' ELSE 'no' END
    FROM objected o JOIN sminion.purpose w ON w.name = o.purpose AND w.basis = 'legitimate_interest'
    UNION ALL
    SELECT b.subject, NULL, NULL, b.blocked, 'no' FROM blocked b
  ), expected AS (
    SELECT s.subject, bool_or(s.blocked) AS blocked,
      coalesce(bit_or(1::bigint << s.bit) FILTER (WHERE s.basis = 'consent' AND s.holds = 'yes'), 0) AS consents,
      coalesce(bit_or(1::bigint << s.bit) FILTER (WHERE s.basis = 'consent' AND s.holds = 'either'), 0) AS open,
      coalesce(bit_or(1::bigint << s.bit) FILTER (WHERE s.basis = 'legitimate_interest' AND s.holds = 'yes'), 0) AS objections
    FROM said s GROUP BY s.subject
  ), compared AS (
    SELECT coalesce(x.subject, s.subject) AS subject,
      coalesce(x.blocked, false) OR EXISTS (
        SELECT FROM sminion.request r WHERE r.subject = x.subject AND r.interim AND r.closed_at IS NULL AND r.schemas IS NULL) AS was_blocked,
      coalesce(s.blocked, false) AS is_blocked,
      (SELECT l.schemas FROM limited l WHERE l.subject = coalesce(x.subject, s.subject)) AS was_limited, s.blocked_schemas AS is_limited,
      coalesce(x.consents, 0) AS was_given, coalesce(s.consents, 0) & ~coalesce(x.open, 0) AS is_given,
      coalesce(x.objections, 0) AS was_objected, coalesce(s.objections, 0) AS is_objected
    FROM expected x FULL JOIN sminion.subject_state s ON s.subject = x.subject
  ), person AS (
    SELECT k.key, sminion.same_person(k.key) AS keys
    FROM (
      SELECT m.one AS key FROM sminion.subject_merge m WHERE m.ended_at IS NULL
      UNION SELECT m.other FROM sminion.subject_merge m WHERE m.ended_at IS NULL
      UNION SELECT s.subject FROM sminion.subject_state s
      WHERE s.others_blocked IS NOT NULL OR s.others_blocked_schemas IS NOT NULL OR s.others_denied IS NOT NULL) k
  ), others AS (
    SELECT p.key AS subject, coalesce(d.blocked, false) AS was_blocked, coalesce(s.others_blocked, false) AS is_blocked,
           d.limited AS was_limited, s.others_blocked_schemas AS is_limited,
           coalesce(d.denied, 0) AS was_denied, coalesce(s.others_denied, 0) AS is_denied
    FROM person p
    JOIN sminion.subject_state s ON s.subject = p.key
    -- As sminion.spread_states.
    CROSS JOIN LATERAL (
      SELECT bool_or(o.blocked) AS blocked, bit_or(o.objections | coalesce(r.refused, 0)) AS denied,
        (SELECT array_agg(DISTINCT n.name COLLATE "C" ORDER BY n.name COLLATE "C")
         FROM sminion.subject_state b CROSS JOIN LATERAL unnest(b.blocked_schemas) AS n (name)
         WHERE b.subject = ANY (p.keys) AND b.subject <> p.key) AS limited
      FROM sminion.subject_state o
      CROSS JOIN LATERAL (
        SELECT bit_or(1::bigint << w.bit) AS refused
        FROM sminion.purpose w CROSS JOIN LATERAL sminion.standing_decision(o.subject, w.name) e
        WHERE w.basis = 'consent' AND e.event IN ('refuse_consent', 'withdraw_consent')) r
      WHERE o.subject = ANY (p.keys) AND o.subject <> p.key) d
    WHERE NOT EXISTS (SELECT FROM sminion.pending_change c WHERE c.subject = ANY (p.keys))
  )
  SELECT o.subject, v.what, v.was, v.is
  FROM others o CROSS JOIN LATERAL (
    SELECT 'block of another key' AS what, CASE WHEN o.was_blocked THEN 'blocked' ELSE 'not blocked' END AS was,
           CASE WHEN o.is_blocked THEN 'blocked' ELSE 'not blocked' END AS is
    WHERE o.was_blocked <> o.is_blocked
    UNION ALL
    SELECT 'block of another key in schemas', coalesce(array_to_string(o.was_limited, ', '), 'none'),
           coalesce(array_to_string(o.is_limited, ', '), 'none')
    WHERE o.was_limited IS DISTINCT FROM o.is_limited
    UNION ALL
    SELECT 'denial of another key to ' || w.name, CASE WHEN o.was_denied & (1::bigint << w.bit) <> 0 THEN 'made' ELSE 'not made' END,
           CASE WHEN o.is_denied & (1::bigint << w.bit) <> 0 THEN 'made' ELSE 'not made' END
    FROM sminion.purpose w WHERE (o.was_denied # o.is_denied) & (1::bigint << w.bit) <> 0
  ) v
  UNION ALL
  SELECT c.subject, v.what, v.was, v.is
  FROM compared c CROSS JOIN LATERAL (
    SELECT 'block' AS what, CASE WHEN c.was_blocked THEN 'blocked' ELSE 'not blocked' END AS was,
           CASE WHEN c.is_blocked THEN 'blocked' ELSE 'not blocked' END AS is
    WHERE c.was_blocked <> c.is_blocked
    UNION ALL
    SELECT 'block in schemas', coalesce(array_to_string(c.was_limited, ', '), 'none'), coalesce(array_to_string(c.is_limited, ', '), 'none')
    WHERE c.was_limited IS DISTINCT FROM c.is_limited
    UNION ALL
    SELECT 'consent to ' || w.name, CASE WHEN c.was_given & (1::bigint << w.bit) <> 0 THEN 'given' ELSE 'not given' END,
           CASE WHEN c.is_given & (1::bigint << w.bit) <> 0 THEN 'given' ELSE 'not given' END
    FROM sminion.purpose w WHERE c.was_given <> c.is_given AND (c.was_given # c.is_given) & (1::bigint << w.bit) <> 0
    UNION ALL
    SELECT 'objection to ' || w.name, CASE WHEN c.was_objected & (1::bigint << w.bit) <> 0 THEN 'made' ELSE 'not made' END,
           CASE WHEN c.is_objected & (1::bigint << w.bit) <> 0 THEN 'made' ELSE 'not made' END
    FROM sminion.purpose w WHERE c.was_objected <> c.is_objected AND (c.was_objected # c.is_objected) & (1::bigint << w.bit) <> 0
  ) v
  WHERE NOT EXISTS (SELECT FROM sminion.pending_change p WHERE p.subject = c.subject)
$sminion$;
COMMENT ON FUNCTION sminion.consent_differences() IS 'subjects whose state is not what their history says';
