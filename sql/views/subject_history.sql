-- What happened to each subject's state, with the version of the policy it happened under.
CREATE VIEW sminion.subject_history WITH (security_barrier) AS
  SELECT e.id, e.at, e.subject, e.event, e.purpose, e.reason, e.actor, e.login, v.version AS policy_version, e.request,
         e.given_at, pg_catalog.encode(e.text_sha256, 'hex') AS text_sha256, e.channel, e.until, e.schemas
  FROM sminion.subject_event e
  JOIN sminion.policy_version v ON v.epoch = e.epoch;
COMMENT ON VIEW sminion.subject_history IS 'consents, objections and blocks of each subject, in order';
