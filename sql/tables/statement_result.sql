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
CREATE INDEX statement_result_at ON sminion.statement_result USING brin (at);
CREATE INDEX statement_result_statement ON sminion.statement_result (writer, statement);
CREATE INDEX statement_result_refused ON sminion.statement_result (at) WHERE outcome = 'refused';
-- For reading in the order of numbers, which is the order in which rows are written: a range of pages has a range of numbers.
CREATE INDEX statement_result_number ON sminion.statement_result USING brin (number) WITH (pages_per_range = 32, autosummarize = on);
COMMENT ON TABLE sminion.statement_result IS 'what came of each statement: outcome, rows, duration';
