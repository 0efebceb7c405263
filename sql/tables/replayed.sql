-- What was repeated in this database from a ledger, after it was restored from a backup: one row for each entry that was not in it.
CREATE TABLE sminion.replayed (
  -- of the file, and of the event in the log that the file was written from
  ledger      text        NOT NULL,
  number      bigint      NOT NULL,
  -- the moment of the event
  at          timestamptz NOT NULL,
  replayed_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  login       name        NOT NULL DEFAULT session_user,
  -- a request or hold has another number here, if its own was taken
  kind        text,
  was         bigint,
  became      bigint,
  PRIMARY KEY (ledger, number)
);
CREATE INDEX replayed_was ON sminion.replayed (ledger, kind, was) WHERE was IS NOT NULL;
COMMENT ON TABLE sminion.replayed IS 'what was repeated from a ledger after a restore';
