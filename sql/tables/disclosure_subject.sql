-- Whose data a disclosure held. A person who is erased from the log goes from here.
CREATE TABLE sminion.disclosure_subject (
  disclosure bigint NOT NULL REFERENCES sminion.disclosure,
  subject    text   COLLATE "C" NOT NULL,
  PRIMARY KEY (disclosure, subject)
);
CREATE INDEX disclosure_subject_subject ON sminion.disclosure_subject (subject);
COMMENT ON TABLE sminion.disclosure_subject IS 'whose data each disclosure held';
