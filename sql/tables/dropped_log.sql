-- Which months of the logs of statements and writes were dropped, by whom and why. Append-only.
CREATE TABLE sminion.dropped_log (
  id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at         timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  transaction xid8       NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
  login      name        NOT NULL DEFAULT session_user,
  reason     text        NOT NULL,
  month      date        NOT NULL,
  statements bigint      NOT NULL,
  writes     bigint      NOT NULL,
  -- All events of the month, and the lowest and highest of their numbers: so nothing else can be taken for dropped.
  events       bigint    NOT NULL,
  first_number bigint,
  last_number  bigint
);
COMMENT ON TABLE sminion.dropped_log IS 'months of the logs of statements and writes that retention dropped; append-only';
