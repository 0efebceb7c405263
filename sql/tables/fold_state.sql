-- How far sminion.fold has come: one row, and whoever has it locked folds.
CREATE TABLE sminion.fold_state (
  -- of the last event
  number            bigint      NOT NULL,
  -- No row of sminion.journal has a lower transaction. It keeps a search from reading what was removed.
  lowest            xid8        NOT NULL,
  -- Transaction numbers mean something in one cluster only: in a restored copy they are given anew.
  system_identifier bigint      NOT NULL,
  folded_at         timestamptz NOT NULL
);
INSERT INTO sminion.fold_state (number, lowest, system_identifier, folded_at)
SELECT 0, '0', c.system_identifier, pg_catalog.clock_timestamp() FROM pg_catalog.pg_control_system() c;
COMMENT ON TABLE sminion.fold_state IS 'the number of the last event of the log, and how far the journal is folded';
