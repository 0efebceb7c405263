-- The secrets of pseudonyms in depersonalized views, one for each view, as the two pads of HMAC-SHA-256. The views read them with the rights of
-- sminion_owner; whoever else can read one can test whom a pseudonym of that view stands for. No role of a policy may, but for the one for dumps.
-- Two views have nothing in common, so that those who read them cannot join what they have.
CREATE TABLE sminion.view_key (
  view      text        COLLATE "C" PRIMARY KEY,
  inner_pad bytea       NOT NULL CHECK (pg_catalog.octet_length(inner_pad) = 64),
  outer_pad bytea       NOT NULL CHECK (pg_catalog.octet_length(outer_pad) = 64),
  made_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE sminion.view_key IS 'the secret of pseudonyms in each depersonalized view';
