-- By it settling finds the rows of a subject, and a purpose that sees one named subject finds them too.
CREATE INDEX IF NOT EXISTS <<index>> ON <<table>> (guard_subject)
