-- What happened to each request, for ever. Append-only: see triggers/request_event_append_only.sql.
CREATE TABLE sminion.request_event (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at          timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  transaction xid8        NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
  request     bigint      NOT NULL REFERENCES sminion.request,
  event       text        NOT NULL CHECK (event IN ('opened', 'identified', 'assigned', 'extended', 'noted', 'closed',
                'told', 'failed', 'acknowledged', 'waived',
                'destruction_begun', 'destroyed', 'verified', 'certified')),
  -- never data of a person
  detail      jsonb       NOT NULL DEFAULT '{}',
  reason      text        NOT NULL,
  -- NULL once it was forgotten: see forget_actors
  actor       text,
  login       name        NOT NULL DEFAULT session_user,
  epoch       integer     NOT NULL
);
CREATE INDEX request_event_request ON sminion.request_event (request, id);
CREATE INDEX request_event_transaction ON sminion.request_event (transaction);
COMMENT ON TABLE sminion.request_event IS 'history of requests; append-only';
