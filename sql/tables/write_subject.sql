-- Whose data a write touched, before it and after: one compact row per write and subject. Append-only; partitions are
-- made by sminion.make_month.
CREATE TABLE sminion.write_subject (
  at      timestamptz NOT NULL,
  -- sminion.write_event.id, of the same `at`
  event   bigint      NOT NULL,
  -- of the event
  number  bigint      NOT NULL,
  subject text        COLLATE "C" NOT NULL
) PARTITION BY RANGE (at);
CREATE INDEX write_subject_at ON sminion.write_subject USING brin (at);
CREATE INDEX write_subject_subject ON sminion.write_subject (subject, at);
-- For reading in the order of numbers, which is the order in which rows are written: a range of pages has a range of numbers.
CREATE INDEX write_subject_number ON sminion.write_subject USING brin (number) WITH (pages_per_range = 32, autosummarize = on);
COMMENT ON TABLE sminion.write_subject IS 'whose data each write touched';
