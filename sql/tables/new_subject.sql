-- Subjects that a row trigger met before anybody had made their state, one row for each transaction that wrote rows of them.
-- No index is unique, so those who write rows of the same new person wait for nobody. `settle` makes the states.
CREATE TABLE sminion.new_subject (
  subject text   COLLATE "C" NOT NULL CHECK (subject <> ''),
  -- what the rows carry
  mask    bigint NOT NULL,
  writer  xid8   NOT NULL DEFAULT pg_catalog.pg_current_xact_id()
);
CREATE INDEX new_subject_subject ON sminion.new_subject (subject);
COMMENT ON TABLE sminion.new_subject IS 'subjects of rows for whom settle is to make a state';
