-- Exports to third parties: each is a disclosure too, and this row says what was asked. Committed with the ticket that its rows are read
-- under, so none is read before it is on record. The query is kept without its constants, which may be data of people, beside the
-- digest of all of it. Append-only.
CREATE TABLE sminion.transfer (
  disclosure   bigint      PRIMARY KEY REFERENCES sminion.disclosure,
  -- of sminion.ticket, which is dropped earlier
  ticket       bigint      NOT NULL UNIQUE,
  expires_at   timestamptz NOT NULL,
  basis_ref    text,
  columns      text[]      NOT NULL,
  query        text        NOT NULL,
  query_sha256 bytea       NOT NULL CHECK (length(query_sha256) = 32)
);
COMMENT ON TABLE sminion.transfer IS 'exports to third parties: what was asked; append-only';
