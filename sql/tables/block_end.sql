-- Blocks that end by themselves, until sminion.end_blocks has dealt with them: a queue by time, as sminion.consent_end is.
CREATE TABLE sminion.block_end (
  -- the event's number in subject_event
  event   bigint      PRIMARY KEY,
  subject text        COLLATE "C" NOT NULL,
  -- NULL for a block of the whole subject
  schemas text[],
  until   timestamptz NOT NULL
);
CREATE INDEX block_end_until ON sminion.block_end (until);
COMMENT ON TABLE sminion.block_end IS 'blocks that end by themselves';
