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
COMMENT ON TABLE sminion.statement_subject IS 'whose data each result held';
