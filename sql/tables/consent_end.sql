-- Consents that end by themselves, until sminion.expire_consents has dealt with them. Not the history: a queue by time, so that nobody
-- looks through all consents for those that end.
CREATE TABLE sminion.consent_end (
  -- the event's number in subject_event
  event   bigint      PRIMARY KEY,
  subject text        COLLATE "C" NOT NULL,
  purpose text        NOT NULL,
  until   timestamptz NOT NULL
);
CREATE INDEX consent_end_until ON sminion.consent_end (until);
COMMENT ON TABLE sminion.consent_end IS 'consents that end by themselves';
