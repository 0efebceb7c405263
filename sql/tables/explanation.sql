-- What explains an access for a purpose, as the policy in force says it: names and constants, and no SQL. Queries are made of them by
-- sminion.explanation_test.
CREATE TABLE sminion.explanation (
  purpose     text     NOT NULL,
  -- in the order of the policy
  place       smallint NOT NULL CHECK (place > 0),
  words       text     NOT NULL,
  -- a request of the subject that the unit handled; else, without a table, the subject that the ticket names
  request     boolean  NOT NULL,
  -- the table with the subject's own rows
  schema_name text,
  table_name  text,
  -- what such a row must meet, all of it: `column` with one of `field` (of the ticket), `text` and `days`
  tests       jsonb    NOT NULL DEFAULT '[]',
  PRIMARY KEY (purpose, place),
  CHECK ((schema_name IS NULL) = (table_name IS NULL) AND (table_name IS NULL) = (tests = '[]')),
  CHECK (NOT request OR table_name IS NULL)
);
COMMENT ON TABLE sminion.explanation IS 'what explains an access for a purpose, by the policy in force';
