-- How an export ended: everything was written (`finished`), or nothing is to be kept (`failed`). One that has no row here when its ticket has
-- expired was cut off: its client is gone. Append-only.
CREATE TABLE sminion.transfer_end (
  disclosure bigint      PRIMARY KEY REFERENCES sminion.transfer,
  at         timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  state      text        NOT NULL CHECK (state IN ('finished', 'failed')),
  -- as the client says them
  rows       bigint      CHECK (rows >= 0),
  bytes      bigint      CHECK (bytes >= 0),
  sha256     bytea       CHECK (length(sha256) = 32),
  -- people that it named; some of them may not be in the file where it says so
  persons    bigint      NOT NULL,
  at_most    boolean     NOT NULL DEFAULT false,
  why        text,
  CHECK ((state = 'finished') = (sha256 IS NOT NULL AND rows IS NOT NULL AND bytes IS NOT NULL)),
  CHECK ((state = 'failed') = (why IS NOT NULL))
);
COMMENT ON TABLE sminion.transfer_end IS 'how exports to third parties ended; append-only';
