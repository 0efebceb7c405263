-- What sminion.count_journal notes of minutes in which a login wrote much to the journal: a row for each twentieth of its limit. Shown by
-- sminion.journal_minutes; sminion.drop_log removes old ones.
CREATE TABLE sminion.busy_minute (
  login     name        NOT NULL,
  minute    timestamptz NOT NULL,
  megabytes bigint      NOT NULL,
  permitted bigint      NOT NULL
);
CREATE INDEX busy_minute_minute ON sminion.busy_minute (minute);
COMMENT ON TABLE sminion.busy_minute IS 'minutes in which a login wrote much to the journal: see sminion.journal_minutes';
