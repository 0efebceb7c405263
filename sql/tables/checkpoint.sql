-- Checkpoints that were signed (C2SP tlog-checkpoint), for whoever verifies. They prove nothing by standing here: whoever may change
-- rows may change these. What was signed last is remembered outside of the database. Append-only.
CREATE TABLE sminion.checkpoint (
  size  bigint      NOT NULL CHECK (size >= 0),
  root  bytea       NOT NULL CHECK (pg_catalog.octet_length(root) = 32),
  note  text        NOT NULL CHECK (pg_catalog.length(note) <= 65536),
  at    timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  login name        NOT NULL DEFAULT session_user
);
-- Not unique: a key that is rotated, or a witness that answered late, gives another note about the same tree.
CREATE INDEX checkpoint_size ON sminion.checkpoint (size);
COMMENT ON TABLE sminion.checkpoint IS 'signed checkpoints of the log; append-only';
