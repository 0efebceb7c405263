-- Disclosures of each person: one row for each person and disclosure.
CREATE VIEW sminion.disclosures WITH (security_barrier) AS
  SELECT d.id, s.subject, d.disclosed_at, d.recipient, d.contract, d.purpose, d.categories, coalesce(d.persons, e.persons) AS persons, d.reason, d.actor, d.login, d.recorded_at,
         v.version AS policy_version
  FROM sminion.disclosure d
  JOIN sminion.disclosure_subject s ON s.disclosure = d.id
  JOIN sminion.policy_version v ON v.epoch = d.epoch
  LEFT JOIN sminion.transfer_end e ON e.disclosure = d.id;
COMMENT ON VIEW sminion.disclosures IS 'who received data of whom';
