-- One row per statement, as sminion.fold took it from the journal. `writer` and `place` name it, and give the order in which
-- the application sent its statements. Append-only; partitions are made by sminion.make_month.
--
-- What came of it stands here where it was known in time, as for most short statements; else, and for each further result,
-- in sminion.statement_result.
CREATE TABLE sminion.statement_event (
  at           timestamptz NOT NULL,
  -- of the event, without gaps, over all kinds of events
  number       bigint      NOT NULL,
  writer       bigint      NOT NULL,
  place        bigint      NOT NULL,
  ticket       bigint      NOT NULL,
  shape        bigint      NOT NULL,
  -- by the analyzer, so that it was never sent, or by the server
  refused      boolean     NOT NULL,
  -- NULL while nothing is known; then as in sminion.statement_result
  outcome      text        CHECK (outcome IN ('done', 'refused', 'failed')),
  codes        text[],
  rows         bigint      CHECK (rows >= 0),
  microseconds bigint      CHECK (microseconds >= 0),
  bulk         bigint      CHECK (bulk >= 0),
  CHECK ((outcome = 'done') = (codes = '{}')),
  CHECK ((outcome IS NULL) = (codes IS NULL) AND (outcome IS NULL) = (microseconds IS NULL))
) PARTITION BY RANGE (at);
COMMENT ON TABLE sminion.statement_event IS 'every statement: under which ticket, of which shape, what came of it';
