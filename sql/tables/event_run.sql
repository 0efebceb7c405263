-- Which events have the numbers that no row of a table keeps itself: those of tickets, writers, states, policies, dropped months,
-- suspensions and acts. One row for each kind and call of sminion.number_events; the n-th key is event `first` + n - 1. Eight bytes
-- an event, where a row for each would take fifty. Append-only.
CREATE TABLE sminion.event_run (
  first bigint   PRIMARY KEY,
  kind  text     NOT NULL,
  -- At most 5,000 (sminion.number_events): so a search knows how far before a number its run can begin.
  keys  bigint[] NOT NULL CHECK (pg_catalog.cardinality(keys) BETWEEN 1 AND 5000)
);
CREATE INDEX event_run_kind ON sminion.event_run (kind, first);
COMMENT ON TABLE sminion.event_run IS 'numbers of events whose own rows have none; append-only';
