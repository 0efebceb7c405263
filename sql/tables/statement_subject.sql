-- Whose data a result held: one compact row per result and subject. Append-only; partitions are made by
-- sminion.make_month.
CREATE TABLE sminion.statement_subject (
  at        timestamptz NOT NULL,
  writer    bigint      NOT NULL,
  -- the place of the statement
  statement bigint      NOT NULL,
  -- of the event: the statement's own, or that of a result
  number    bigint      NOT NULL,
  subject   text        COLLATE "C" NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX statement_subject_at ON sminion.statement_subject USING brin (at);
CREATE INDEX statement_subject_subject ON sminion.statement_subject (subject, at);
-- For reading in the order of numbers, which is the order in which rows are written: a range of pages has a range of numbers.
CREATE INDEX statement_subject_number ON sminion.statement_subject USING brin (number) WITH (pages_per_range = 32, autosummarize = on);
COMMENT ON TABLE sminion.statement_subject IS 'whose data each result held';
