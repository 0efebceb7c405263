-- Subjects hidden from now on, before the masks of their rows are settled: read by every statement, so kept short.
-- One row a change and not one a subject: a denial is only ever inserted under a number of its own, so it waits for no
-- other transaction, whatever that one holds.
CREATE TABLE sminion.withheld (
  subject text   COLLATE "C",
  -- the event's number in subject_event
  change  bigint,
  denied  bigint NOT NULL CHECK (denied <> 0),
  PRIMARY KEY (subject, change)
);
COMMENT ON TABLE sminion.withheld IS 'subjects withheld since the masks were last settled, and from which purposes';
