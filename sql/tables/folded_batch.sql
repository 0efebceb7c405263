-- Batches of the last hour that are in the log: a batch that comes once more, because its answer was lost, is recognized.
CREATE TABLE sminion.folded_batch (
  writer    bigint      NOT NULL,
  first     bigint      NOT NULL,
  proof     bytea       NOT NULL,
  folded_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  PRIMARY KEY (writer, first)
);
CREATE INDEX folded_batch_folded_at ON sminion.folded_batch (folded_at);
COMMENT ON TABLE sminion.folded_batch IS 'batches of the last hour that sminion.fold has moved to the log';
