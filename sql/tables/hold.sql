-- What must be kept of a person although the person's data are to be destroyed: the rows of one table, or of all tables that have a
-- column of a category. It ends when an officer releases it, or at `until`; then sminion.maintain destroys what it kept.
CREATE TABLE sminion.hold (
  id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- NULL once the person was erased from the log
  subject        text        COLLATE "C",
  schema_name    text,
  table_name     text,
  category       text,
  reason         text        NOT NULL,
  -- the law, contract or claim that it rests on
  basis          text        NOT NULL,
  until          timestamptz,
  -- NULL once it was forgotten, as released_by: see forget_actors
  actor          text,
  login          name        NOT NULL DEFAULT session_user,
  placed_at      timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  released_at    timestamptz,
  release_reason text,
  released_by    text,
  -- sminion.maintain has seen that it is over
  ended          boolean     NOT NULL DEFAULT false,
  CHECK ((schema_name IS NULL) = (table_name IS NULL) AND pg_catalog.num_nonnulls(table_name, category) = 1),
  CHECK (pg_catalog.num_nonnulls(released_at, release_reason) IN (0, 2) AND (released_by IS NULL OR released_at IS NOT NULL))
);
CREATE INDEX hold_subject ON sminion.hold (subject);
CREATE INDEX hold_open ON sminion.hold (until) WHERE NOT ended;
COMMENT ON TABLE sminion.hold IS 'what is kept of people although their data are destroyed, why and until when';
