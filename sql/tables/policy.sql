-- The policy in force: one row, or none before the first `apply`. The four masks are the formula of subject_state.mask.
CREATE TABLE sminion.policy (
  singleton       boolean  PRIMARY KEY DEFAULT true CHECK (singleton),
  epoch           integer  NOT NULL REFERENCES sminion.policy_version (epoch),
  name            text     NOT NULL,
  version         text     NOT NULL,
  digest          text     NOT NULL,
  fingerprint     text     NOT NULL,
  subject_keys    jsonb    NOT NULL CHECK (
    subject_keys <> '{}' AND NOT pg_catalog.jsonb_path_exists(subject_keys, '$.* ? (@ != "bigint" && @ != "uuid" && @ != "text")')),
  ticket_lifetime interval NOT NULL CHECK (ticket_lifetime > interval '0'),
  require_tls     boolean  NOT NULL,
  ticket_values   jsonb    NOT NULL DEFAULT '{}',
  request_terms   jsonb,
  mask_epoch      integer  NOT NULL,
  default_bits    bigint   NOT NULL,
  consent_bits    bigint   NOT NULL,
  objection_bits  bigint   NOT NULL,
  blocked_bits    bigint   NOT NULL,
  completed_at    timestamptz,
  -- a purpose that needs consent is not permitted by default
  CHECK (default_bits & consent_bits = 0),
  -- only a processing that is permitted by default can be objected to
  CHECK (objection_bits & ~default_bits = 0)
);
COMMENT ON COLUMN sminion.policy.fingerprint IS 'epoch and hash of the document: what clients know the policy by';
COMMENT ON COLUMN sminion.policy.mask_epoch IS 'epoch in which the formula of the masks last changed';
COMMENT ON COLUMN sminion.policy.ticket_values IS 'the values that each ticket carries, name to type';
COMMENT ON COLUMN sminion.policy.request_terms IS
  'the calendar, and the term of each kind of request from each trigger; NULL where the policy names no terms';
COMMENT ON COLUMN sminion.policy.subject_keys IS
  'kinds of subjects, name to the type of their keys; the name of the only kind of a policy that names none is empty';
COMMENT ON TABLE sminion.policy IS 'the policy in force';
COMMENT ON COLUMN sminion.policy.default_bits IS 'purposes permitted without anything the subject did';
COMMENT ON COLUMN sminion.policy.consent_bits IS 'purposes permitted by consent only';
COMMENT ON COLUMN sminion.policy.objection_bits IS 'purposes a subject may object to';
COMMENT ON COLUMN sminion.policy.blocked_bits IS 'purposes that still see a blocked subject';
COMMENT ON COLUMN sminion.policy.completed_at IS
  'when all objects of the policy were in place; NULL while `apply` is at work, and after it was interrupted';
