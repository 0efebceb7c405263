-- What a statement is, apart from its occasion: its text without constants, what it touches, the verdict on it. An
-- application sends few shapes many times, so a statement's own row names its shape and stays short. Append-only; it holds
-- nobody's data, so retention leaves it alone.
CREATE TABLE sminion.statement_shape (
  id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- of all that follows but the time, the login and the size; not unique: see sminion.log_shape
  digest      bytea       NOT NULL,
  seen_at     timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  -- who recorded it first
  login       name        NOT NULL DEFAULT session_user,
  -- bytes of all shapes that the login has recorded up to this one
  recorded    bigint      NOT NULL CHECK (recorded > 0),
  verdict     text        NOT NULL CHECK (verdict IN ('allowed', 'refused')),
  -- why it was refused; empty when it was allowed
  codes       text[]      NOT NULL,
  operations  text[]      NOT NULL CHECK (operations <@ ARRAY['collect', 'use', 'clarify', 'delete']),
  relations   text[]      NOT NULL,
  columns     text[]      NOT NULL,
  fingerprint text        NOT NULL,
  -- without constants and comments: the log must not become a copy of the data
  statement   text        NOT NULL,
  CHECK ((verdict = 'allowed') = (codes = '{}'))
);
CREATE INDEX statement_shape_digest ON sminion.statement_shape (digest, id);
CREATE INDEX statement_shape_login ON sminion.statement_shape (login, seen_at);
COMMENT ON TABLE sminion.statement_shape IS 'the forms of statements: text without constants, what it touches, the verdict';
