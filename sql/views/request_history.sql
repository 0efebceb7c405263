-- What happened to each request.
CREATE VIEW sminion.request_history WITH (security_barrier) AS
  SELECT e.id, e.at, e.request, e.event, e.detail, e.reason, e.actor, e.login, v.version AS policy_version
  FROM sminion.request_event e
  JOIN sminion.policy_version v ON v.epoch = e.epoch;
COMMENT ON VIEW sminion.request_history IS 'what happened to each request, in order';
