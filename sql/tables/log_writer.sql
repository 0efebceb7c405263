-- Each process that writes the log of statements: whose it is, and the place of its last row that sminion.fold has moved to
-- the log, so that none can be missing between two.
CREATE TABLE sminion.log_writer (
  id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  login          name        NOT NULL DEFAULT session_user,
  opened_at      timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  transaction    xid8        NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
  client_address inet        DEFAULT pg_catalog.inet_client_addr(),
  application    text        NOT NULL DEFAULT pg_catalog.current_setting('application_name'),
  -- where the tickets of its events are; NULL for this database
  home           bigint      REFERENCES sminion.log_home (id),
  -- Of the secret that only the process knows: another session of the same login, which knows the number, cannot write in
  -- the process's name.
  secret_hash    bytea       NOT NULL,
  place          bigint      NOT NULL DEFAULT 0
)
-- Folding moves `place`: leave room so that the row stays on its page.
WITH (fillfactor = 50);
-- How many a login opened of late. Folding changes none of its columns, so the row stays on its page.
CREATE INDEX log_writer_login ON sminion.log_writer (login, opened_at);
CREATE INDEX log_writer_transaction ON sminion.log_writer (transaction);
COMMENT ON TABLE sminion.log_writer IS 'the processes that write the log of statements, and how far each has come';
