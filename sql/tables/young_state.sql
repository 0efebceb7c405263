-- States that somebody may not have seen who writes rows of their subject: they are not settled before those have ended. That no
-- stale row is seen says nothing of such a subject, so what is denied to it must be withheld.
CREATE TABLE sminion.young_state (
  subject   text  COLLATE "C" PRIMARY KEY,
  -- the transactions that had sminion.new_writer locked when `settle` first saw the state; NULL before
  waits_for xid[]
);
COMMENT ON TABLE sminion.young_state IS 'states made of late, and the transactions that may not have seen them';
