-- What each subject decided on each purpose that rests on consent, with the facts of the decision that counts: the last one by the
-- moment when it was made. `state` is given, refused, withdrawn, expired or superseded. A consent whose time is over is
-- `expired` here from that moment; one that the policy asks for again is `superseded`, and opens nothing.
CREATE VIEW sminion.consent_register WITH (security_barrier) AS
  SELECT d.subject, d.purpose,
         CASE d.event WHEN 'refuse_consent' THEN 'refused' WHEN 'withdraw_consent' THEN 'withdrawn'
           ELSE CASE WHEN d.until <= pg_catalog.statement_timestamp() THEN 'expired'
             WHEN d.epoch < w.since OR w.renews AND coalesce(d.given_at, d.at) < n.applied_at THEN 'superseded' ELSE 'given' END END AS state,
         coalesce(d.given_at, d.at) AS given_at, d.until, pg_catalog.encode(d.text_sha256, 'hex') AS text_sha256, d.channel, d.actor, d.login,
         d.reason, d.at AS recorded_at, v.version AS policy_version, d.epoch, d.id AS event
  FROM (
    SELECT DISTINCT ON (e.subject, e.purpose) e.*
    FROM sminion.subject_event e
    WHERE e.subject IS NOT NULL AND e.event IN ('give_consent', 'refuse_consent', 'withdraw_consent')
    ORDER BY e.subject, e.purpose, coalesce(e.given_at, e.at) DESC, e.id DESC) d
  JOIN sminion.policy_version v ON v.epoch = d.epoch
  LEFT JOIN sminion.purpose w ON w.name = d.purpose AND w.retired_at IS NULL AND w.basis = 'consent'
  LEFT JOIN sminion.policy_version n ON n.epoch = w.since;
COMMENT ON VIEW sminion.consent_register IS 'what each subject decided on each purpose that rests on consent';
