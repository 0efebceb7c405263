-- Replays of ledgers that ended. sminion.accept_restore asks for one that ended in this database, and not in the one that the backup is
-- of: `made` and `timeline` say it, as those of sminion.instance.
CREATE TABLE sminion.replay (
  id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ledger   text        NOT NULL,
  -- the last event that it has
  size     bigint      NOT NULL,
  ended_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  login    name        NOT NULL DEFAULT session_user,
  -- entries that could not be repeated
  failed   bigint      NOT NULL,
  made     xid,
  timeline text        NOT NULL
);
COMMENT ON TABLE sminion.replay IS 'replays of ledgers that ended';
