-- Exports to third parties. `begun` while the client may still write, `aborted` when it is gone without a word.
CREATE VIEW sminion.transfers WITH (security_barrier) AS
  SELECT d.id, d.recipient, d.contract, d.purpose, d.categories, t.columns, t.query, encode(t.query_sha256, 'hex') AS query_sha256,
         coalesce(e.state, CASE WHEN t.expires_at > pg_catalog.clock_timestamp() THEN 'begun' ELSE 'aborted' END) AS state,
         e.rows, e.bytes, encode(e.sha256, 'hex') AS sha256,
         coalesce(e.persons, (SELECT count(*) FROM sminion.disclosure_subject s WHERE s.disclosure = d.id)) AS persons,
         coalesce(e.at_most, false) AS at_most, e.why, d.login, d.actor, d.reason, t.basis_ref, t.ticket,
         d.disclosed_at AS begun_at, e.at AS ended_at, v.version AS policy_version
  FROM sminion.transfer t
  JOIN sminion.disclosure d ON d.id = t.disclosure
  JOIN sminion.policy_version v ON v.epoch = d.epoch
  LEFT JOIN sminion.transfer_end e ON e.disclosure = t.disclosure;
COMMENT ON VIEW sminion.transfers IS 'exports to third parties: what was asked, by whom, and how each ended';
