-- The secret of pseudonyms (sminion.pseudonym), as the two pads of HMAC-SHA-256. One row; whoever can read it can test whom a pseudonym stands
-- for. No role of a policy may, but for the one for dumps.
CREATE TABLE sminion.pseudonym_key (
  single    boolean     PRIMARY KEY DEFAULT true CHECK (single),
  inner_pad bytea       NOT NULL CHECK (pg_catalog.octet_length(inner_pad) = 64),
  outer_pad bytea       NOT NULL CHECK (pg_catalog.octet_length(outer_pad) = 64),
  made_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE sminion.pseudonym_key IS 'the secret of pseudonyms in depersonalized rows';
