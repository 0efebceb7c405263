-- Who must be told of which request. An obligation of a request that was not granted is void.
CREATE VIEW sminion.obligation_status WITH (security_barrier) AS
  SELECT o.id, o.request, r.kind, r.subject, o.recipient, r.state AS request_state, r.due_on,
         CASE WHEN o.acknowledged_at IS NOT NULL THEN 'acknowledged' WHEN o.told_at IS NOT NULL THEN 'told'
           WHEN o.waived_at IS NOT NULL THEN 'waived' WHEN r.state = 'closed' THEN 'void' WHEN r.state = 'overdue' THEN 'overdue'
           ELSE 'due' END AS state,
         o.attempts, o.made_at, o.told_at, o.acknowledged_at, o.waived_at,
         -- under which keys of the person the recipient got data
         ARRAY(
           SELECT DISTINCT s.subject FROM sminion.disclosure_subject s JOIN sminion.disclosure d ON d.id = s.disclosure
           WHERE d.recipient = o.recipient AND s.subject = ANY (r.subject || r.other_keys) ORDER BY s.subject) AS known_as
  FROM sminion.obligation o
  JOIN sminion.request_status r ON r.id = o.request;
COMMENT ON VIEW sminion.obligation_status IS 'recipients that must be told of a request, and whether they were';
