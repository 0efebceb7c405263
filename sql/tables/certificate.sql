-- Certificates of destructions, as they were issued, without the key of the person: the commitment stands in its place. Each is kept for the
-- time that the policy says, three years by default, and removed then by sminion.maintain. Nobody may change it, or remove it before.
CREATE TABLE sminion.certificate (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  destruction bigint      NOT NULL REFERENCES sminion.destruction,
  issued_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  actor       text        NOT NULL,
  login       name        NOT NULL DEFAULT session_user,
  -- byte by byte as it was issued; its SHA-256 stands in the log
  document    text        NOT NULL CHECK (pg_catalog.octet_length(document) <= 1000000),
  sha256      bytea       NOT NULL CHECK (pg_catalog.octet_length(sha256) = 32),
  keep_until  timestamptz NOT NULL,
  UNIQUE (destruction, sha256)
);
CREATE INDEX certificate_keep_until ON sminion.certificate (keep_until);
COMMENT ON TABLE sminion.certificate IS 'certificates of destructions, until their own retention ends';
