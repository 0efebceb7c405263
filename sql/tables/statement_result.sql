-- What came of a statement: one row for each result (a cursor has one per fetch, a statement that was cut off none).
-- Append-only; partitions are made by sminion.make_month.
CREATE TABLE sminion.statement_result (
  at           timestamptz NOT NULL,
  -- of the event
  number       bigint      NOT NULL,
  writer       bigint      NOT NULL,
  -- the place of the statement
  statement    bigint      NOT NULL,
  outcome      text        NOT NULL CHECK (outcome IN ('done', 'refused', 'failed')),
  -- SQLSTATEs of what did not succeed
  codes        text[]      NOT NULL,
  rows         bigint      CHECK (rows >= 0),
  microseconds bigint      NOT NULL CHECK (microseconds >= 0),
  -- how many subjects were not listed one by one, because they were too many or their keys could not be read
  bulk         bigint      CHECK (bulk >= 0),
  CHECK ((outcome = 'done') = (codes = '{}'))
) PARTITION BY RANGE (at);
COMMENT ON TABLE sminion.statement_result IS 'what came of each statement: outcome, rows, duration';
