-- Who was erased from the log within the last day. A process may still have rows about them that it has not written yet: what
-- sminion.fold takes from the journal meanwhile does not bring them back.
CREATE TABLE sminion.erasure (
  -- as in sminion.salt
  holder text        COLLATE "C" PRIMARY KEY,
  at     timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE sminion.erasure IS 'who was erased from the log within the last day';
