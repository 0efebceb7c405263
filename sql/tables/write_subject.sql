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
COMMENT ON TABLE sminion.write_subject IS 'whose data each write touched';
