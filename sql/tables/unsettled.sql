-- Subjects whose rows do not yet all carry their mask: the work of `settle`. Apart from `withheld`, which every
-- statement reads, because a million consents given in one import must not slow a single query.
-- One row a change: whoever queues a subject waits for nobody, and `settle` takes away the rows it read and no newer one.
CREATE TABLE sminion.unsettled (
  id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  subject text        COLLATE "C" NOT NULL,
  since   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  -- when `settle` last came to it and could not finish: those tried longest ago come first, so that nobody waits behind
  -- a subject whose rows are locked
  tried   timestamptz NOT NULL DEFAULT '-infinity',
  -- why: a table that still has stale rows of the subject, how many (NULL when they cannot be seen), and what keeps them;
  -- 'locked: ...' for what passes by itself
  stuck_in   text,
  stale_rows bigint,
  cause      text
);
CREATE INDEX unsettled_next ON sminion.unsettled (tried, since);
CREATE INDEX unsettled_subject ON sminion.unsettled (subject);
COMMENT ON TABLE sminion.unsettled IS 'subjects whose rows wait for settle';
