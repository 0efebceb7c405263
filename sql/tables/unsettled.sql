-- Subjects whose rows do not yet all carry their mask: the work of `settle`. Apart from `withheld`, which every
-- statement reads, because a million consents given in one import must not slow a single query.
CREATE TABLE sminion.unsettled (
  subject text        COLLATE "C" PRIMARY KEY,
  since   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
CREATE INDEX unsettled_since ON sminion.unsettled (since);
COMMENT ON TABLE sminion.unsettled IS 'subjects whose rows wait for settle';
