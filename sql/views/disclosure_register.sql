-- What was passed on to third parties, one row for each time: exports, and what officers recorded by hand. What it rests on is as the policy of then
-- said it. Whose data it was: sminion.disclosures.
CREATE VIEW sminion.disclosure_register WITH (security_barrier) AS
  SELECT d.id, d.disclosed_at, d.recipient, d.contract, d.purpose, v.document #>> ARRAY['purposes', d.purpose, 'basis'] AS basis, t.basis_ref, d.categories,
         CASE WHEN t.disclosure IS NULL THEN 'recorded' WHEN e.state IS NOT NULL THEN e.state
           WHEN t.expires_at > pg_catalog.clock_timestamp() THEN 'begun' ELSE 'aborted' END AS state,
         coalesce(d.persons, e.persons, (SELECT count(*) FROM sminion.disclosure_subject s WHERE s.disclosure = d.id)) AS persons,
         coalesce(e.at_most, false) AS at_most, d.reason, d.actor, d.login, v.version AS policy_version
  FROM sminion.disclosure d
  JOIN sminion.policy_version v ON v.epoch = d.epoch
  LEFT JOIN sminion.transfer t ON t.disclosure = d.id
  LEFT JOIN sminion.transfer_end e ON e.disclosure = d.id;
COMMENT ON VIEW sminion.disclosure_register IS 'what was passed on to third parties, for which purpose, and what it rested on';
