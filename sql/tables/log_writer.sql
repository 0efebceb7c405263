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
  place          bigint      NOT NULL DEFAULT 0
)
-- Every batch moves `place`: leave room so that the row stays on its page.
WITH (fillfactor = 20);
COMMENT ON TABLE sminion.log_writer IS 'the processes that write the log of statements, and how far each has come';
