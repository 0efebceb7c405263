-- How many events are leaves of the tree: one row, and whoever has it locked appends. It is made by sminion.begin_log, as
-- that of fold_state.
CREATE TABLE sminion.tree_state (
  size     bigint      NOT NULL DEFAULT 0 CHECK (size >= 0),
  grown_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE sminion.tree_state IS 'how many events are leaves of the Merkle tree';
