-- Commitments of what was erased from the log: the value is gone, and its salt, and the leaf is still the one that was sealed.
-- Append-only.
CREATE TABLE sminion.erased (
  -- of the event
  number bigint NOT NULL,
  -- as in sminion.leaves
  field  text   NOT NULL,
  hash   bytea  NOT NULL CHECK (pg_catalog.octet_length(hash) = 32)
);
CREATE INDEX erased_number ON sminion.erased (number);
COMMENT ON TABLE sminion.erased IS 'commitments of values that were erased from the log; append-only';
