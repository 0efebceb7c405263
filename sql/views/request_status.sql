-- Requests, with what is due: the term as it was extended, in days of the time zone of the policy.
CREATE VIEW sminion.request_status WITH (security_barrier) AS
  SELECT r.id, r.kind, r.subject, r.purpose, r.trigger,
         CASE WHEN r.closed_at IS NOT NULL THEN 'closed' WHEN coalesce(r.extended_to, r.due_on) < d.today THEN 'overdue' ELSE 'open' END AS state,
         coalesce(r.extended_to, r.due_on) AS due_on,
         CASE WHEN r.closed_at IS NULL THEN coalesce(r.extended_to, r.due_on) - d.today END AS days_left,
         r.extended_to IS NOT NULL AS extended, r.provisional, r.interim AND r.closed_at IS NULL AS blocks, r.identified, r.unit, r.channel,
         r.representative, r.received_at, r.closed_at, r.outcome, r.duplicate_of, r.calendar, v.version AS policy_version,
         coalesce(w.writes, 0) AS clarifications, sminion.other_keys(r.subject) AS other_keys, r.schemas
  FROM sminion.request r
  JOIN sminion.policy_version v ON v.epoch = r.epoch
  LEFT JOIN (SELECT c.request, count(*) AS writes FROM sminion.clarifications c GROUP BY c.request) w ON w.request = r.id
  CROSS JOIN (
    SELECT (pg_catalog.clock_timestamp() AT TIME ZONE coalesce(
      (SELECT p.request_terms ->> 'timezone' FROM sminion.policy p), 'UTC'))::date AS today) d;
COMMENT ON VIEW sminion.request_status IS 'requests of people: until when each must be answered, and how it ended';
