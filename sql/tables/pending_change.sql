-- Changes of states that are in force for readers and could not be stored yet, because a transaction holds the lock of the
-- state: that of a writer of the subject's rows, which may be idle, or prepared and nobody's. `settle`, or the next change
-- of the subject, stores them in the order of their numbers. Row triggers read the table, so it is kept short.
CREATE TABLE sminion.pending_change (
  -- the event's number in subject_event
  id      bigint      PRIMARY KEY,
  subject text        COLLATE "C" NOT NULL,
  event   text        NOT NULL,
  purpose text,
  -- of a block, and of its end: only rows in these schemas. Until it is stored, what it denies is denied in all of them.
  schemas text[],
  bit     bigint      NOT NULL,
  -- what no row written meanwhile may permit: 0 for what only permits more
  denied  bigint      NOT NULL,
  since   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
CREATE INDEX pending_change_subject ON sminion.pending_change (subject);
COMMENT ON TABLE sminion.pending_change IS 'changes of states that wait for a lock that others hold';
