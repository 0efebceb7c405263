-- How far sminion.fold has come: one row, and whoever has it locked folds. It is made by sminion.begin_log: before, there is
-- nothing to fold. A row that the installation made would meet that of a dump, where an extension brings the table.
CREATE TABLE sminion.fold_state (
  -- of the last event
  number            bigint      NOT NULL,
  -- No row of sminion.journal has a lower transaction. It keeps a search from reading what was removed.
  lowest            xid8        NOT NULL,
  -- Transaction numbers mean something in one cluster only: in a restored copy they are given anew.
  system_identifier bigint      NOT NULL,
  folded_at         timestamptz NOT NULL
);
COMMENT ON TABLE sminion.fold_state IS 'the number of the last event of the log, and how far the journal is folded';
