-- The tables whose rows carry a mask, as `settle` and `backfill` need to know them.
CREATE TABLE sminion.protected_table (
  schema_name     text    NOT NULL,
  table_name      text    NOT NULL,
  subject_columns text[]  NOT NULL CHECK (pg_catalog.cardinality(subject_columns) > 0),
  key_type        text    NOT NULL CHECK (key_type IN ('bigint', 'uuid', 'text')),
  depth           integer NOT NULL DEFAULT 0 CHECK (depth >= 0),
  -- backfill: blocks below `next_block` carry the masks of `backfill_epoch`; NULL means done for that epoch
  next_block      bigint           DEFAULT 0 CHECK (next_block >= 0),
  PRIMARY KEY (schema_name, table_name)
);
COMMENT ON TABLE sminion.protected_table IS 'tables whose rows carry guard_mask, and how far their masks are filled in';
COMMENT ON COLUMN sminion.protected_table.depth IS 'steps from the subject: a child is filled after its parent';
