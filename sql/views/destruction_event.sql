-- The events of destructions, with their number in the log, NULL before they are folded: by it `sminion-guard audit prove` proves one.
CREATE VIEW sminion.destruction_event WITH (security_barrier) AS
  SELECT e.id, e.request, e.event, e.at, e.actor, e.login, e.detail, n.number
  FROM sminion.request_event e
  LEFT JOIN LATERAL (
    SELECT r.first + pg_catalog.array_position(r.keys, e.id) - 1 AS number
    FROM sminion.event_run r WHERE r.kind = 'request' AND e.id = ANY (r.keys)) AS n ON true
  WHERE e.event IN ('destruction_begun', 'destroyed', 'verified', 'certified');
COMMENT ON VIEW sminion.destruction_event IS 'beginnings, ends, verifications and certificates of destructions, with their numbers in the log';
