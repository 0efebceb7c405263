-- What happened to each subject's state, for ever. Append-only: see triggers/subject_event_append_only.sql.
CREATE TABLE sminion.subject_event (
  id      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at      timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  transaction xid8    NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
  -- NULL once the person was erased from the log
  subject text        COLLATE "C",
  event   text        NOT NULL CHECK (event IN (
            'block', 'unblock', 'give_consent', 'withdraw_consent', 'object', 'withdraw_objection')),
  purpose text,
  reason  text        NOT NULL,
  actor   text        NOT NULL,
  login   name        NOT NULL DEFAULT session_user,
  epoch   integer     NOT NULL,
  -- the request for which it was done, if any
  request bigint,
  -- a block concerns all purposes, everything else exactly one
  CHECK ((event IN ('block', 'unblock')) = (purpose IS NULL))
);
CREATE INDEX subject_event_subject ON sminion.subject_event (subject, at);
CREATE INDEX subject_event_transaction ON sminion.subject_event (transaction);
COMMENT ON TABLE sminion.subject_event IS 'history of subjects'' states; append-only';
