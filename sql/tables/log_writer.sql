-- Each process that writes the log of statements: whose it is, and the place of its last row, so that a batch sent again
-- after a lost connection is written once, and none can be missing between two.
CREATE TABLE sminion.log_writer (
  id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  login          name        NOT NULL DEFAULT session_user,
  opened_at      timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  client_address inet        DEFAULT pg_catalog.inet_client_addr(),
  application    text        NOT NULL DEFAULT pg_catalog.current_setting('application_name'),
  -- where the tickets of its events are; NULL for this database
  home           bigint      REFERENCES sminion.log_home (id),
  -- Of the secret that only the process knows: another session of the same login, which knows the number, can neither
  -- move the writer on nor lock its row.
  secret_hash    bytea       NOT NULL,
  place          bigint      NOT NULL DEFAULT 0,
  -- The last batch: its first place, and a digest of its entries, so that the same batch sent again is told from another.
  batch_first    bigint,
  batch_digest   bytea
)
-- Every batch moves `place`: leave room so that the row stays on its page.
WITH (fillfactor = 20);
-- How many a login opened of late. A batch changes none of its columns, so the row stays on its page.
CREATE INDEX log_writer_login ON sminion.log_writer (login, opened_at);
COMMENT ON TABLE sminion.log_writer IS 'the processes that write the log of statements, and how far each has come';
