-- How many events are leaves of the tree: one row, and whoever has it locked appends.
CREATE TABLE sminion.tree_state (
  size     bigint      NOT NULL DEFAULT 0 CHECK (size >= 0),
  grown_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
INSERT INTO sminion.tree_state DEFAULT VALUES;
COMMENT ON TABLE sminion.tree_state IS 'how many events are leaves of the Merkle tree';
