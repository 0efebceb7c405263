-- Recipients that must be told of a request: one row for each request and recipient that got the person's data. What was done about it
-- stands in sminion.request_event too.
CREATE TABLE sminion.obligation (
  id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  request         bigint      NOT NULL REFERENCES sminion.request,
  recipient       text        NOT NULL,
  made_at         timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  attempts        integer     NOT NULL DEFAULT 0,
  told_at         timestamptz,
  acknowledged_at timestamptz,
  waived_at       timestamptz,
  UNIQUE (request, recipient)
);
COMMENT ON TABLE sminion.obligation IS 'recipients that must be told of a request';
