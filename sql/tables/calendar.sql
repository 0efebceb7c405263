-- Days on which nobody works, by which the terms of requests are counted. Saturdays and Sundays are free everywhere; a row says what
-- differs from that. A newer version of a calendar is a new row: a date that was computed stays, and says by which version.
-- Append-only.
CREATE TABLE sminion.calendar (
  id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name         text        NOT NULL CHECK (name <> ''),
  version      text        NOT NULL CHECK (version <> ''),
  first        date        NOT NULL,
  last         date        NOT NULL,
  -- what is later may move: decrees transfer days from year to year
  known_until  date        NOT NULL,
  holidays     date[]      NOT NULL,
  working_days date[]      NOT NULL,
  loaded_at    timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  loaded_by    name        NOT NULL DEFAULT session_user,
  CHECK (first < last AND known_until BETWEEN first AND last)
);
CREATE INDEX calendar_name ON sminion.calendar (name, id);
COMMENT ON TABLE sminion.calendar IS 'public holidays and worked weekends, by which terms of requests are counted; append-only';
COMMENT ON COLUMN sminion.calendar.holidays IS 'free days that are no Saturday or Sunday';
COMMENT ON COLUMN sminion.calendar.working_days IS 'Saturdays and Sundays on which people work';
