-- What people ask for, and what the operator found out by itself: one row for each request, with its term. What happened to it stands in
-- sminion.request_event; the functions for officers change a row and write the event in one transaction.
CREATE TABLE sminion.request (
  id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind           text        NOT NULL CHECK (kind IN (
                   'clarify', 'block', 'destroy', 'withdraw_consent', 'object', 'access', 'stop', 'misconduct')),
  -- NULL where it is about nobody in particular, and once the person was erased from the log
  subject        text        COLLATE "C",
  purpose        text,
  trigger        text        NOT NULL CHECK (trigger IN ('request', 'proof', 'detection', 'purpose_reached')),
  channel        text        NOT NULL,
  representative text,
  unit           text,
  received_at    timestamptz NOT NULL,
  recorded_at    timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  -- as the policy said it when the request was recorded: a later policy does not move a date
  term           jsonb       NOT NULL,
  -- the last day of the term; `unrolled_on` is before a free day moved it, from which an extension counts
  due_on         date        NOT NULL,
  unrolled_on    date        NOT NULL,
  extended_to    date,
  -- name and version of the calendar, and whether it knew all free days until the date
  calendar       text        NOT NULL,
  provisional    boolean     NOT NULL,
  -- blocks the subject until it is closed, in these schemas only where they are named
  interim        boolean     NOT NULL,
  schemas        text[]      CHECK (schemas <> '{}'),
  identified     boolean     NOT NULL DEFAULT false,
  closed_at      timestamptz,
  outcome        text        CHECK (outcome IN ('granted', 'partly_granted', 'refused', 'withdrawn', 'duplicate')),
  duplicate_of   bigint      REFERENCES sminion.request,
  epoch          integer     NOT NULL,
  CHECK ((closed_at IS NULL) = (outcome IS NULL)),
  CHECK ((outcome IS NOT DISTINCT FROM 'duplicate') = (duplicate_of IS NOT NULL))
);
CREATE INDEX request_subject ON sminion.request (subject);
CREATE INDEX request_open ON sminion.request (due_on) WHERE closed_at IS NULL;
COMMENT ON TABLE sminion.request IS 'requests of people, with their terms';
