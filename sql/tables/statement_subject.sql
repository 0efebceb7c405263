-- Whose data a result held: one compact row per result and subject. Append-only; partitions are made by
-- sminion.make_month.
CREATE TABLE sminion.statement_subject (
  at        timestamptz NOT NULL,
  writer    bigint      NOT NULL,
  -- the place of the statement
  statement bigint      NOT NULL,
  subject   text        COLLATE "C" NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX statement_subject_at ON sminion.statement_subject USING brin (at);
CREATE INDEX statement_subject_subject ON sminion.statement_subject (subject, at);
COMMENT ON TABLE sminion.statement_subject IS 'whose data each result held';
