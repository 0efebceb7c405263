-- What was passed on to third parties: one row for each time. Whose data it was stands in sminion.disclosure_subject; each row is an act
-- of the log too. Append-only.
CREATE TABLE sminion.disclosure (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  recorded_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  disclosed_at timestamptz NOT NULL,
  login       name        NOT NULL DEFAULT session_user,
  -- NULL once it was forgotten: see forget_actors
  actor       text,
  recipient   text        NOT NULL,
  contract    text        NOT NULL,
  purpose     text        NOT NULL,
  categories  text[]      NOT NULL,
  -- NULL for an export, whose people are named one after the other: see sminion.transfer_end
  persons     bigint,
  reason      text        NOT NULL,
  epoch       integer     NOT NULL
);
CREATE INDEX disclosure_recipient ON sminion.disclosure (recipient, disclosed_at);
COMMENT ON TABLE sminion.disclosure IS 'register of what was passed on to third parties; append-only';
