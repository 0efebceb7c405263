-- One row per statement, written before its result is released. `writer` and `place` name it, and give the order in
-- which the application sent its statements. Append-only; partitions are made by sminion.extend_log.
CREATE TABLE sminion.statement_event (
  at          timestamptz NOT NULL,
  writer      bigint      NOT NULL,
  place       bigint      NOT NULL,
  ticket      bigint      NOT NULL,
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
) PARTITION BY RANGE (at);
CREATE INDEX statement_event_at ON sminion.statement_event USING brin (at);
CREATE INDEX statement_event_place ON sminion.statement_event (writer, place);
CREATE INDEX statement_event_ticket ON sminion.statement_event (ticket);
CREATE INDEX statement_event_refused ON sminion.statement_event (at) WHERE verdict = 'refused';
COMMENT ON TABLE sminion.statement_event IS 'every statement: under which ticket, what it touches, the verdict';
