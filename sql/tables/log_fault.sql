-- What a login wrote to the log and the log could not take for what it claims to be: under a ticket of another login, without
-- the writer's secret, at a place that is taken, of an unknown form. And what is missing. Nothing of it is dropped without a
-- row here. Append-only; partitions are made by sminion.make_month.
CREATE TABLE sminion.log_fault (
  at      timestamptz NOT NULL,
  -- the number of the event
  number  bigint      NOT NULL,
  login   name        NOT NULL,
  -- as the login claims it
  writer  bigint      NOT NULL,
  place   bigint      NOT NULL,
  code    text        NOT NULL,
  message text        NOT NULL,
  -- what was written, cut off after 4,000 characters; NULL where nothing was
  entry   text,
  -- how many bytes were written, and their SHA-256
  size    integer     NOT NULL,
  digest  bytea       NOT NULL
) PARTITION BY RANGE (at);
COMMENT ON TABLE sminion.log_fault IS 'entries of the log that are not what they claim to be, and places that are missing';
