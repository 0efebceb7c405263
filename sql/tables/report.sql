-- Access reports: which login may read the data of which subject, for how long, and what for. Each is an act of the log; the key stands
-- here only, since an act names nobody. See sminion.begin_report.
CREATE TABLE sminion.report (
  act         bigint      PRIMARY KEY REFERENCES sminion.act,
  at          timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  -- the one that wrote the row: there the report opens nothing, since a rollback would leave no trace of it
  transaction xid8        NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
  login       name        NOT NULL DEFAULT session_user,
  -- NULL once the person was erased from the log
  subject     text        COLLATE "C",
  -- the other keys of the person, whose data it covers too: they are told of it also when they are no longer one person
  other_keys  text[]      COLLATE "C" CHECK (other_keys <> '{}'),
  -- the request that it answers, if any
  request     bigint      REFERENCES sminion.request,
  epoch       integer     NOT NULL
);
CREATE INDEX report_subject ON sminion.report (subject);
CREATE INDEX report_other_keys ON sminion.report USING gin (other_keys);
COMMENT ON TABLE sminion.report IS 'access reports: who read all data of which subject; append-only';
