-- Every ticket as auditors see it: all but the hash of its secret.
-- Not a security barrier: it hides no row from whoever may read it, and a barrier would keep ORDER BY and LIMIT outside, so that
-- the newest rows could only be found by reading all of them.
CREATE VIEW sminion.access_log AS
  SELECT k.id, k.opened_at, k.expires_at, k.login, k.actor, k.unit, k.purpose, k.reason, k.basis, k.basis_ref, k.subject, k."values",
         k.role AS compartment, k.client_address, k.encrypted, k.application, v.version AS policy_version,
         k.revoked_at, k.revoked_by, k.revoked_why
  FROM sminion.ticket k
  JOIN sminion.policy_version v ON v.epoch = k.epoch;
COMMENT ON VIEW sminion.access_log IS 'every access: who, why, from where, until when';
