-- Every policy that was ever in force here. An epoch is never reused: tickets carry it, so a ticket of an earlier
-- policy opens nothing.
CREATE TABLE sminion.policy_version (
  epoch      integer     PRIMARY KEY,
  name       text        NOT NULL,
  version    text        NOT NULL,
  digest     text        NOT NULL,
  document   jsonb       NOT NULL,
  transaction xid8       NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
  applied_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  applied_by name        NOT NULL DEFAULT session_user
);
COMMENT ON TABLE sminion.policy_version IS 'history of the policies in force; append-only';
